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
from benchmarks.processes import NotAsItShould
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
    plan = _plan(given)
    print(f"fanout-7, {plan.mode}: {plan.count} cases, {plan.in_flight} in flight; {measure.load()}")
    found = []
    try:
        for name in [given.only] if given.only else CANDIDATES:
            found.append(CANDIDATES[name](plan))
            print("\n".join(report.details(found[-1])), flush=True)
    except NotAsItShould as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in found], indent=1))
    print("\n".join(["", *report.table(found), measure.load(), report.ratios(found)]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("--quick", action="store_true", help="within a minute")
    parser.add_argument("--only", choices=sorted(CANDIDATES))
    parser.add_argument("--mode", choices=["sync", "callback"], default="sync")
    parser.add_argument("--count", type=int, help="cases that count")
    parser.add_argument("--in-flight", type=int, default=32, help="cases under way at once")
    parser.add_argument("--unloaded", type=int, help="cases of the unloaded part")
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
