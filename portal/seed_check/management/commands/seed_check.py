"""`manage.py seed_check [CODE…]`: every seed scenario end to end, our figures beside those of the seeds."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.seed_check import scenario, table
from portal.seed_check.check import Outcome, check
from portal.seed_check.world import World, world


class Command(BaseCommand):
    help = "把每个一件事从头办到尾（模拟部门、加速时钟、临时数据库），与种子材料的数字对照"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="*", metavar="CODE", help="一件事代码；不写则全部")
        parser.add_argument("--scenario", action="append", default=[], help="只办这些情景，如 happy、refusal")
        parser.add_argument("--file", type=Path, action="append", default=[], help="另外核对一个一件事文件")
        parser.add_argument("--json", type=Path, help="把结果另存为文件")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        files: list[Path] = options["file"]
        codes = options["codes"] or [*map(_code_of, files)] or scenario.codes()
        unknown = set(options["scenario"]) - {s.name for code in codes for s in scenario.plan_of(code).scripts}
        if unknown:
            raise CommandError(f"没有这个情景：{'、'.join(sorted(unknown))}")
        outcomes: list[Outcome] = []
        logging.disable(logging.WARNING)
        try:
            with world(*files) as city:
                for code in codes:
                    outcomes += self._bundle(city, code, options["scenario"])
        finally:
            logging.disable(logging.NOTSET)
        self._end(outcomes, time.monotonic() - began, options["json"], whole=not options["codes"] and not files)

    def _bundle(self, city: World, code: str, only: list[str]) -> list[Outcome]:
        outcomes = []
        for script in scenario.plan_of(code).scripts:
            if not only or script.name in only:
                outcomes.append(check(city, script))
                self.stdout.write(table.line(outcomes[-1]))
                self.stdout.flush()
        for text in table.figures(outcomes):
            self.stdout.write(text)
        return outcomes

    def _end(self, outcomes: list[Outcome], took_s: float, file: Path | None, *, whole: bool) -> None:
        if whole:
            for text in table.seed_rows(outcomes):
                self.stdout.write(text)
        failed = [one for one in outcomes if not one.passed]
        self.stdout.write(f"\n{len(outcomes)} 个情景，{len(failed)} 个不通过，用时 {took_s:.0f} 秒")
        if file is not None:
            file.write_text(json.dumps([asdict(one) for one in outcomes], ensure_ascii=False, indent=1, default=str))
        if failed:
            raise CommandError("、".join(f"{one.bundle}·{one.scenario}" for one in failed))


def _code_of(path: Path) -> str:
    return str(yaml.safe_load(path.read_text(encoding="utf-8"))["code"])
