"""`export_bundle CODE`: the published definition as a bundle file."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bundles import queries, yaml
from bundles.errors import NotPublished
from bundles.spec import dump


class Command(BaseCommand):
    help = "把现行版本写成一件事文件（YAML）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code")

    def handle(self, *args: Any, code: str, **options: Any) -> None:
        try:
            published = queries.published(code)
        except NotPublished as error:
            raise CommandError(str(error)) from error
        self.stdout.write(yaml.write(dump(published.spec)), ending="")
