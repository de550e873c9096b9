"""`load_domain`: bring registries, calendar and all bundles of a library into the database; repeatable."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from bundles import loading
from bundles.errors import BundleError, NotPublishable
from bundles.management.faults import lines_of

PATIENCE_S = 120.0
LOCK = 7_150_401  # any number that nothing else locks on


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two processes that start together load one after the other. Raises CommandError when the wait is too long."""
    with connection.cursor() as cursor:
        give_up = time.monotonic() + PATIENCE_S
        while not _try_lock(cursor):
            if time.monotonic() > give_up:
                raise CommandError("另一个进程正在导入领域资料，等待超时")
            time.sleep(0.5)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _try_lock(cursor: Any) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])


class Command(BaseCommand):
    help = "导入领域资料：部门、证照、接口、代码表、单事项、工作日历和全部一件事；可以反复执行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--library", type=Path, default=settings.DOMAIN_LIBRARY, help="资料目录")

    def handle(self, *args: Any, library: Path, **options: Any) -> None:
        with one_at_a_time():
            self._load(library)

    def _load(self, library: Path) -> None:
        try:
            written = loading.load_registries(library)
            written["calendar_years"] = loading.load_calendar(library)
            loaded = loading.load_definitions(library)
            written["synonyms"] = loading.load_synonyms(library)
            written["everyday_words"] = loading.load_everyday_words(library)
        except NotPublishable as error:
            raise CommandError("\n".join([str(error), *lines_of("", error.faults)])) from error
        except BundleError as error:
            raise CommandError(str(error)) from error
        for name, number in written.items():
            self.stdout.write(f"{name}: {number} 条更新")
        new = [bundle for bundle in loaded if bundle.is_new]
        for bundle in new:
            self.stdout.write(f"{bundle.code} 第 {bundle.number} 版 {bundle.state}")
        self.stdout.write(self.style.SUCCESS(f"{len(new)} 件一件事有新版本"))
