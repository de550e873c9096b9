"""`manage.py seed_check [CODE…]`: every seed scenario end to end, our figures beside those of the seeds."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.seed_check import scenario, table, workers
from portal.seed_check.check import Outcome, check
from portal.seed_check.scratch import Scratch
from portal.seed_check.world import World, world
from portal.startup import keep_what_is_loaded

MOST_JOBS = 4


class Command(BaseCommand):
    help = "把每个一件事从头办到尾（模拟部门、加速时钟、临时数据库），与种子材料的数字对照"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="*", metavar="CODE", help="一件事代码；不写则全部")
        parser.add_argument("--scenario", action="append", default=[], help="只办这些情景，如 happy、refusal")
        parser.add_argument("--file", type=Path, action="append", default=[], help="另外核对一个一件事文件")
        parser.add_argument("--json", type=Path, help="把结果另存为文件")
        parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, MOST_JOBS), help="同时办几个一件事")
        parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
        parser.add_argument("--prepared", default="", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        logging.disable(logging.WARNING)
        keep_what_is_loaded()
        try:
            if options["worker"]:
                self._serve(options)
                return
            codes = options["codes"] or [*map(_code_of, options["file"])] or scenario.codes()
            self._check_known(codes, options["scenario"])
            outcomes = self._all(codes, options)
        finally:
            logging.disable(logging.NOTSET)
        whole = not (options["codes"] or options["file"] or options["scenario"])
        self._end(outcomes, time.monotonic() - began, options["json"], whole=whole)

    def _check_known(self, codes: Sequence[str], wanted: Sequence[str]) -> None:
        unknown = set(wanted) - {s.name for code in codes for s in scenario.plan_of(code).scripts}
        if unknown:
            raise CommandError(f"没有这个情景：{'、'.join(sorted(unknown))}")

    def _all(self, codes: Sequence[str], options: dict[str, Any]) -> list[Outcome]:
        """One after the other here, or several at once in workers that copy one prepared database."""
        files, jobs = options["file"], min(options["jobs"], len(codes))
        if jobs <= 1:
            with world(*files) as city:
                return [one for code in codes for one in self._bundle(city, code, options["scenario"])]
        scratch = Scratch()
        try:
            scratch.prepare(*files)
            words = [f"--prepared={scratch.name}", *(f"--file={path}" for path in files)]
            words += [f"--scenario={name}" for name in options["scenario"]]
            scratch.leave()
            return workers.side_by_side(codes, jobs, words, self._say)
        finally:
            scratch.remove()

    def _serve(self, options: dict[str, Any]) -> None:
        """As a worker: check the bundles named on the input, one a line."""
        with world(*options["file"], prepared=options["prepared"]) as city:
            for line in sys.stdin:
                self._say(workers.told(self._bundle(city, line.strip(), options["scenario"])))

    def _bundle(self, city: World, code: str, only: Sequence[str]) -> list[Outcome]:
        outcomes = []
        for script in scenario.plan_of(code).scripts:
            if not only or script.name in only:
                outcomes.append(check(city, script))
                self._say(table.line(outcomes[-1]))
        for text in table.figures(outcomes):
            self._say(text)
        return outcomes

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _end(self, outcomes: list[Outcome], took_s: float, file: Path | None, *, whole: bool) -> None:
        for text in table.seed_rows(outcomes) if whole else ():
            self._say(text)
        failed = [one for one in outcomes if not one.passed]
        self._say(f"\n{len(outcomes)} 个情景，{len(failed)} 个不通过，用时 {took_s:.0f} 秒")
        if file is not None:
            file.write_text(json.dumps([asdict(one) for one in outcomes], ensure_ascii=False, indent=1, default=str))
        if failed:
            raise CommandError("、".join(f"{one.bundle}·{one.scenario}" for one in failed))


def _code_of(path: Path) -> str:
    return str(yaml.safe_load(path.read_text(encoding="utf-8"))["code"])
