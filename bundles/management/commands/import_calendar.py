"""`import_calendar FILE`: bring in the holidays of a year once they are announced; open cases are counted again."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bundles.errors import BundleError
from bundles.loading import WrongCalendar, import_calendar

REGION = re.compile(r"\d{6}")


class Command(BaseCommand):
    help = "导入放假安排（YAML，格式同资料库的 calendar.yaml）；在办办件随后自动重算，日子变了的人会收到通知"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="放假安排文件")
        parser.add_argument("--region", default="", help="地方性安排的行政区划代码（6 位）；不写为全国")

    def handle(self, *args: Any, file: Path, region: str, **options: Any) -> None:
        if region and not REGION.fullmatch(region):
            raise CommandError("行政区划代码应为 6 位数字，例如 450000")
        try:
            done = import_calendar(file, region=region)
        except WrongCalendar as error:
            lines = [f"{fault.path}：{fault.message}" for fault in error.faults]
            raise CommandError("\n".join(["文件没有导入：", *lines])) from error
        except BundleError as error:
            raise CommandError(str(error)) from error
        years = "、".join(str(year) for year in done.years)
        self.stdout.write(self.style.SUCCESS(f"已导入 {years} 年，{done.days} 天；在办办件的期限将自动重算"))
