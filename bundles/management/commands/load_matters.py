"""`load_matters`: bring the catalogue of single matters in, from a file or made up for scale."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bundles import loading
from bundles.errors import BundleError


class Command(BaseCommand):
    help = "导入单事项目录：CSV 或 YAML 文件；--synthesize N 合成一份有 N 项的；--clear 去掉合成的。可以反复执行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="单事项目录文件（.csv、.yaml）")
        parser.add_argument("--synthesize", type=int, metavar="N", help="合成 N 项，同样的种子合成同样的目录")
        parser.add_argument("--seed", type=int, default=loading.SEED, help="合成的种子")
        parser.add_argument("--clear", action="store_true", help="去掉合成的事项")

    def handle(
        self, *args: Any, file: Path | None, synthesize: int | None, seed: int, clear: bool, **options: Any
    ) -> None:
        if not (file or clear or synthesize):
            raise CommandError("请给出文件，或 --synthesize N，或 --clear")
        try:
            if clear:
                self.stdout.write(f"去掉了 {loading.clear_synthetic(settings.DOMAIN_LIBRARY)} 项合成的事项")
            if file:
                total, written = loading.load_matters(file)
                self.stdout.write(f"文件里有 {total} 项，写入 {written} 项")
            if synthesize:
                self.stdout.write(f"合成 {loading.synthesize(settings.DOMAIN_LIBRARY, synthesize, seed)} 项")
        except BundleError as error:
            raise CommandError(str(error)) from error
