"""`load_domain`: bring registries, calendar and all bundles of a library into the database; repeatable."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bundles import loading
from bundles.errors import BundleError, NotPublishable
from bundles.management.faults import lines_of


class Command(BaseCommand):
    help = "导入领域资料：部门、证照、接口、代码表、单事项、工作日历和全部一件事；可以反复执行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--library", type=Path, default=settings.DOMAIN_LIBRARY, help="资料目录")

    def handle(self, *args: Any, library: Path, **options: Any) -> None:
        try:
            written = loading.load_registries(library)
            written["calendar_years"] = loading.load_calendar(library)
            loaded = loading.load_definitions(library)
            written["synonyms"] = loading.load_synonyms(library)
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
