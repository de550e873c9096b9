"""`./dev soak`: the long rehearsal. Prints the seed, every injury, and the figures; 0 when nothing is wrong."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import time
from pathlib import Path

import django


def options(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__)
    parser.add_argument("--submissions", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=200, help="processes killed: workers, web, Redis, PostgreSQL")
    parser.add_argument("--others", type=int, default=-1, help="milder injuries; as many as kills if not said")
    parser.add_argument("--seed", type=int, default=-1, help="the same seed gives the same schedule")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="no more filing after so many")
    parser.add_argument("--hands", type=int, default=6, help="how many file at the same time")
    parser.add_argument("--resume", default="", help="name of a folder under var/soak that was not finished")
    return parser.parse_args(words)


def main() -> int:
    """Run one and say what came of it."""
    django.setup()
    from tests.faults.trial.applicants import applicants_of
    from tests.faults.trial.rehearsal import Rehearsal, lines_of, schedule
    from tests.faults.trial.stack import running_trial

    asked = _as_begun(options())
    plan = schedule(asked.seed, asked.submissions, asked.kills, asked.others)
    say(f"seed {asked.seed} · {asked.submissions} submissions · {asked.kills} kills · {asked.others} other injuries")
    say(f"{asked.folder}  (--resume {asked.folder.name} goes on where it stopped)")
    with running_trial(asked.folder, "beat") as stack, applicants_of(stack.base_url, asked.hands, asked.seed) as people:
        rehearsal = Rehearsal(stack, people, seed=asked.seed, log=asked.folder / "log.jsonl", say=say)
        if stack.goes_on:
            rehearsal.go_on()
        figures = rehearsal.run(asked.submissions, plan, time.monotonic() + asked.minutes * 60)
    for line in lines_of(figures):
        say(line)
    return 1 if figures.faults or figures.late() else 0


def _as_begun(asked: argparse.Namespace) -> argparse.Namespace:
    """What is run, and where: as asked for, or as the folder to go on with was begun."""
    place = Path(os.environ["PORTAL_VAR"]) / "soak"
    if asked.resume:
        asked.folder = place / asked.resume
        for name, value in json.loads((asked.folder / "asked.json").read_text()).items():
            setattr(asked, name, value)
        return asked
    asked.seed = asked.seed if asked.seed >= 0 else secrets.randbelow(10**6)
    asked.others = asked.others if asked.others >= 0 else asked.kills
    asked.folder = place / f"{time.strftime('%Y%m%d-%H%M%S')}-{asked.seed}"
    asked.folder.mkdir(parents=True)
    kept = {name: getattr(asked, name) for name in ("seed", "submissions", "kills", "others", "hands")}
    (asked.folder / "asked.json").write_text(json.dumps(kept))
    return asked


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
