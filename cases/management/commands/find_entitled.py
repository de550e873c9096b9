"""Search now for the people whom a bundle is for, instead of tonight."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.actions.proactive.searching import find_entitled
from cases.errors import CaseError
from cases.models import Candidate


class Command(BaseCommand):
    help = "主动比对：找出符合条件的人并按分类办理 / search for entitled people"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="一件事代码 / code of the bundle")
        parser.add_argument("--day", type=date.fromisoformat, help="比对哪一天，缺省今天 / the day, today by default")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            search = find_entitled(options["code"], day=options["day"])
        except (CaseError, LookupError) as error:
            raise CommandError(str(error)) from error
        if search.last_error:
            raise CommandError(f"名单暂时取不到（{search.last_error}），今晚会再试 / the list cannot be had now")
        counted = Counter(Candidate.objects.filter(search=search).values_list("state", flat=True))
        self.stdout.write(f"名单 {search.found} 人 / {search.found} people listed")
        for state in Candidate.State:
            if counted[state]:
                self.stdout.write(f"  {state.label} {state.value}: {counted[state]}")
