"""`load_bundle FILE`: bring one definition in, as a draft or published."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bundles.errors import BundleError, NotPublishable
from bundles.loading import load_definition
from bundles.management.faults import lines_of


class Command(BaseCommand):
    help = "导入一个一件事文件，默认存为草稿"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--publish", action="store_true", help="检查通过后立即发布")

    def handle(self, *args: Any, file: Path, publish: bool, **options: Any) -> None:
        try:
            loaded = load_definition(file, publishing=publish)
        except NotPublishable as error:
            raise CommandError("\n".join([str(error), *lines_of(str(file), error.faults)])) from error
        except BundleError as error:
            raise CommandError(str(error)) from error
        news = "" if loaded.is_new else "，内容没有变化"
        self.stdout.write(f"{loaded.code} 第 {loaded.number} 版 {loaded.state}{news}")
