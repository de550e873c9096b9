"""`manage.py replay_refused`: send dead letters again in batches; same key, same bytes, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.utils.dateparse import parse_datetime

from cases.actions.mending import replay
from cases.models import Attention
from cases.ports import Actor
from cases.queries.attention_rules import RETRIABLE

BATCH = 200
BY = Actor("operator", id="manage.py")


class Command(BaseCommand):
    help = "重送死信：按部门、原因、起始时间筛选，分批进行，逐件说明；可以反复运行"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--department", default="", help="部门代码，默认全部")
        parser.add_argument("--reason", default=Attention.Reason.REFUSED_BY_SYSTEM, choices=sorted(RETRIABLE))
        parser.add_argument("--since", default="", help="从何时起，ISO 8601，带时区")
        parser.add_argument("--dry-run", action="store_true", help="只数，不送")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = self._chosen(options)
        self.stdout.write(f"{len(ids)} 件")
        if options["dry_run"]:
            return
        sent = 0
        for start in range(0, len(ids), BATCH):
            for one in replay.replay_many(ids[start : start + BATCH], by=BY):
                sent += one.is_sent
                self.stdout.write(f"{one.number}\t{one.said}")
        self.stdout.write(f"重新送出 {sent} 件")

    def _chosen(self, options: dict[str, Any]) -> Sequence[UUID]:
        found = Attention.objects.filter(closed_at=None, reason=options["reason"])
        if options["department"]:
            found = found.filter(owner=options["department"])
        if options["since"]:
            found = found.filter(since__gte=parse_datetime(options["since"]))
        return list(found.order_by("since", "pk").values_list("pk", flat=True))
