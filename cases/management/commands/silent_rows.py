"""`manage.py silent_rows`: what waits and nobody was told of; ends with 1 where there is any."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cases.queries import silent_rows


class Command(BaseCommand):
    help = "列出没人管的：过了该看的时间、又没有待关注的行。没有时退出码 0，有则 1"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=100, help="每张表最多列几行")

    def handle(self, *args: Any, **options: Any) -> None:
        found = silent_rows(options["limit"])
        for row in found:
            self.stdout.write(f"{row.kind}\t{row.id}\t{row.state}\t{row.next_at.isoformat() if row.next_at else ''}")
        self.stderr.write(f"{len(found)} 行没人管")
        if found:
            raise SystemExit(1)
