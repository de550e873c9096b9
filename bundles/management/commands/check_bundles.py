"""`check_bundles [FILE…]`: the lint on files, or on the shipped library and everything published."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bundles import queries, yaml
from bundles.errors import Fault, UnreadableFile
from bundles.management.faults import lines_of
from bundles.publishing import faults_of
from bundles.spec import dump


class Command(BaseCommand):
    help = "检查一件事文件；不写文件名时检查随软件提供的和已发布的。有错误时退出码为 1"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path)

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        checked = list(_files(files) if files else _everything())
        for name, faults in checked:
            for line in lines_of(name, faults):
                self.stdout.write(line)
        errors = sum(fault.severity == "error" for _, faults in checked for fault in faults)
        if errors:
            raise CommandError(f"{len(checked)} 份定义，{errors} 处错误", returncode=1)
        self.stdout.write(self.style.SUCCESS(f"{len(checked)} 份定义，没有错误"))


def _everything() -> Iterator[tuple[str, tuple[Fault, ...]]]:
    yield from _files(sorted((Path(settings.DOMAIN_LIBRARY) / "bundles").glob("*.yaml")))
    for bundle in queries.published_all():
        source = yaml.read(yaml.write(dump(bundle.spec)))
        yield f"{bundle.code} 第 {bundle.number} 版", faults_of(source.document, source)


def _files(paths: list[Path]) -> Iterator[tuple[str, tuple[Fault, ...]]]:
    for path in paths:
        try:
            source = yaml.read(path.read_bytes())
        except OSError as error:
            raise CommandError(f"读不到文件 {path}") from error
        except UnreadableFile as error:
            yield str(path), (Fault("文件", error.message, line=error.line),)
        else:
            yield str(path), faults_of(source.document, source)
