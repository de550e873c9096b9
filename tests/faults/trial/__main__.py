"""`./dev soak`: the long rehearsal. Prints the seed, every injury, and the figures; 0 when nothing is wrong."""

from __future__ import annotations

import argparse
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
    return parser.parse_args(words)


def main() -> int:
    """Run one and say what came of it."""
    django.setup()
    from tests.faults.trial.applicants import applicants_of
    from tests.faults.trial.rehearsal import Rehearsal, lines_of, schedule
    from tests.faults.trial.stack import running_trial

    asked = options()
    seed = asked.seed if asked.seed >= 0 else secrets.randbelow(10**6)
    others = asked.others if asked.others >= 0 else asked.kills
    plan = schedule(seed, asked.submissions, asked.kills, others)
    folder = Path(os.environ["PORTAL_VAR"]) / "soak" / f"{time.strftime('%Y%m%d-%H%M%S')}-{seed}"
    folder.mkdir(parents=True)
    say(f"seed {seed} · {asked.submissions} submissions · {asked.kills} kills · {others} other injuries · {folder}")
    with running_trial(folder, "beat") as stack, applicants_of(stack.base_url, asked.hands, seed) as people:
        rehearsal = Rehearsal(stack, people, seed=seed, log=folder / "log.jsonl", say=say)
        figures = rehearsal.run(asked.submissions, plan, time.monotonic() + asked.minutes * 60)
    for line in lines_of(figures):
        say(line)
    return 1 if figures.faults or figures.late() else 0


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
