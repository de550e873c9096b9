"""`./dev bench`: the standard work through the product and its peers.

./dev bench [--quick] [--only product|canvas|dbos] [--mode sync|callback] [--profile]
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import measure, report
from benchmarks.peers.measured import measure_canvas, measure_dbos
from benchmarks.processes import NotAsItShould, Processes
from benchmarks.product import backlog, growth, pages
from benchmarks.product.measured import measure_product
from benchmarks.settings import Figures, Plan

CANDIDATES: Mapping[str, Callable[[Plan], Figures]] = {
    "product": measure_product,
    "canvas": measure_canvas,
    "dbos": measure_dbos,
}


def main(words: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # unwinds, so that nothing is left
    given = _parser().parse_args(words)
    try:
        return WHAT[given.what](_plan(given), given)
    except NotAsItShould as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1


def fanout(plan: Plan, given: argparse.Namespace) -> int:
    """The standard work through the product and its peers."""
    print(f"fanout-7, {plan.mode}: up to {plan.count} cases, {plan.in_flight} in flight; {measure.load()}")
    found = []
    for name in [given.only] if given.only else CANDIDATES:
        found.append(CANDIDATES[name](plan))
        print("\n".join(report.details(found[-1])), flush=True)
    return _told(found, given, report.ratios(found))


def grown(plan: Plan, given: argparse.Namespace) -> int:
    """What a case costs at 1,000 stored cases, at 10,000 and so on up to --to."""
    levels = [level for level in (1_000, 10_000, 100_000, 1_000_000, 10_000_000) if level <= given.to]
    found = growth.measure_growth(plan, levels, _read_at(levels[-1]) if given.pages else None)
    return _told(found, given, growth.verdict(found))


def backlogged(plan: Plan, given: argparse.Namespace) -> int:
    """Many sub-applications wait when the worker comes up."""
    print(measure.load())
    print(backlog.verdict(backlog.measure_backlog(plan, given.subs)))
    return 0


def instant(plan: Plan, given: argparse.Namespace) -> int:
    """A filing that rules decide, from the press to the result on the page."""
    print(measure.load())
    print(pages.measure_instant(plan, given.per_s))
    return 0


def lookups(plan: Plan, given: argparse.Namespace) -> int:
    """Register look-ups a second, with consent and log."""
    print(measure.load())
    print(pages.measure_lookups(plan, plan.limit_s))
    return 0


def looked_at(plan: Plan, given: argparse.Namespace) -> int:
    """How long the server takes over each page when --to cases and all matters are stored."""
    print(measure.load())
    for line in pages.measure_pages(plan, given.to, given.keep):
        print(line, flush=True)
    return 0


WHAT = {
    "fanout": fanout, "growth": grown, "backlog": backlogged, "instant": instant, "lookups": lookups,
    "pages": looked_at,
}  # fmt: skip


def _read_at(level: int) -> Callable[[Processes], None]:
    """The pages, once the last level has been measured: a great database is filled once for both."""

    def read(parts: Processes) -> None:
        for line in pages.read_pages(parts, level):
            print(line, flush=True)

    return read


def _told(found: Sequence[Figures], given: argparse.Namespace, last: str) -> int:
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in found], indent=1))
    print("\n".join(["", *report.table(found), measure.load(), last]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=sorted(WHAT), default="fanout")
    parser.add_argument("--quick", action="store_true", help="within a minute")
    parser.add_argument("--only", choices=sorted(CANDIDATES))
    parser.add_argument("--mode", choices=["sync", "callback"], default="sync")
    parser.add_argument("--count", type=int, help="cases that count")
    parser.add_argument("--in-flight", type=int, default=32, help="cases under way at once")
    parser.add_argument("--unloaded", type=int, help="cases of the unloaded part")
    parser.add_argument("--to", type=int, default=100_000, help="growth, pages: most stored cases")
    parser.add_argument("--pages", action="store_true", help="growth: the pages too, at the last level")
    parser.add_argument("--keep", default="", metavar="NAME", help="pages: the filled database stays, for the next run")
    parser.add_argument("--subs", type=int, default=100_000, help="backlog: sub-applications that wait")
    parser.add_argument("--per-s", type=float, default=2.0, help="instant: presses a second")
    parser.add_argument("--profile", action="store_true", help="profile the worker: CPU by function")
    parser.add_argument("--json", type=Path, help="write the figures to a file too")
    return parser


def _plan(given: argparse.Namespace) -> Plan:
    count = given.count or (300 if given.quick else 600)
    return Plan(
        mode=given.mode,
        count=count,
        in_flight=given.in_flight,
        unloaded=given.unloaded or (20 if given.quick else 100),
        var=Path(os.environ["PORTAL_VAR"]),
        limit_s=6.0 if given.quick else 60.0,
        profile=given.profile,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
