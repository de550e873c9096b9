"""`manage.py demo [CODE]`: file a bundle through the API of a running portal and watch it come back."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any
from unicodedata import east_asian_width

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.demo import walk
from portal.demo.api_client import Refused

MARKS = {"done": "✓", "doing": "…", "you": "!", "wait": "·", "bad": "✗", "gone": "-", "paused": "‖", "retry": "↻"}
UP = "\033[{}A\033[J"


class Command(BaseCommand):
    help = "通过接口办一件演示办件，并实时显示每个事项到了哪里"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="?", default="XSECS", help=f"一件事代码：{'、'.join(walk.codes())}")
        parser.add_argument("--url", default=settings.PORTAL_URL, help="门户地址")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["code"] not in walk.codes():
            raise CommandError(f"没有 {options['code']} 的演示；有的是：{'、'.join(walk.codes())}")
        table = Table(self.stdout)
        try:
            done = walk.walk(options["url"], walk.scenario(options["code"]), table.show)
        except (Refused, walk.NotAsExpected) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"连不上 {options['url']}：先运行 ./dev up（{error}）") from error
        table.end()
        self._report(done)

    def _report(self, done: walk.Walk) -> None:
        self.stdout.write("\n自动填好，不用再填：")
        for path, source in done.draft["sources"].items():
            self.stdout.write(f"  {path}  ←  {source['label']}")
        self.stdout.write("\n结果：")
        for result in done.results["results"]:
            shown = "，".join(f"{f['label']} {f['value']}" for f in result["values"][:3])
            self.stdout.write(f"  {result['title']}：{shown}")
        traces = [(item, rule) for item in done.case["items"] for rule in item["trace"]]
        if traces:
            self.stdout.write("\n规则与数据：")
        for item, rule in traces:
            read = "，".join(rule["read"])
            self.stdout.write(f"  {item['title']}{item['instance']}｜{rule['rule']}：{rule['verdict']}（{read}）")
        self.stdout.write(
            f"\n{done.case['number']} 已办结：{len(done.results['results'])} 份结果；"
            f"填报 {done.filing_s:.1f} 秒，从提交到办结 {done.handling_s:.1f} 秒"
        )


class Table:
    """Item, department, state and seconds, redrawn in place on a terminal, appended elsewhere."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._lines = 0
        self._shown = ""
        self._live = sys.stdout.isatty()

    def show(self, case: Mapping[str, Any]) -> None:
        lines = [f"{case['number'] or '等待对方确认'}  {case['state_label']}"]
        lines += [_line(item) for item in case["items"]]
        text = "\n".join(lines)
        if text == self._shown:
            return
        if self._live and self._lines:
            self._out.write(UP.format(self._lines), ending="")
        self._out.write(text)
        self._lines, self._shown = len(lines), text

    def end(self) -> None:
        self._lines = 0


def _line(item: Mapping[str, Any]) -> str:
    mark = MARKS.get(item["look"], "?")
    return f"  {mark} {_pad(item['title'] + item['instance'], 44)}{_pad(item['dept_short'], 10)}{item['state_word']}"


def _pad(text: str, width: int) -> str:
    """Pad to columns; Chinese characters take two."""
    taken = sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * max(1, width - taken)
