"""Keys of departments' systems from the command line: list, issue, rotate, revoke."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.errors import CaseError
from integrations.models import Algorithm, DepartmentKey, DepartmentSystem
from integrations.systems import IssuedKey, issue_key, key_warnings, revoke_key, rotate_key


class Command(BaseCommand):
    help = "部门密钥：list 列出，issue 发放，rotate 轮换（新旧重叠有效），revoke 立即作废。每一步都留记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|issue|rotate|revoke")
        listed = verbs.add_parser("list", help="列出密钥、最近使用时间和到期提醒")
        listed.add_argument("department", nargs="?", default="")
        issued = verbs.add_parser("issue", help="发放一个新密钥")
        _common(issued)
        issued.add_argument("--address", default="", help="绑定的地址：现用地址（默认）或正在复核的新地址")
        issued.add_argument("--days", type=int, help="有效天数；不写则长期有效")
        rotated = verbs.add_parser("rotate", help="发放新密钥，旧密钥在重叠时间后失效")
        _common(rotated)
        rotated.add_argument("--overlap", type=float, default=24.0, metavar="HOURS", help="新旧都有效的小时数，默认24")
        revoked = verbs.add_parser("revoke", help="立即作废一个密钥")
        revoked.add_argument("key_id")
        revoked.add_argument("--reason", required=True)
        revoked.add_argument("--by", required=True, metavar="USERNAME")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except CaseError as error:
            raise CommandError(error.message) from error

    def _list(self, options: dict[str, Any]) -> None:
        keys = DepartmentKey.objects.select_related("system").order_by("system__department", "-valid_from")
        for key in keys.filter(system__department=options["department"]) if options["department"] else keys:
            self.stdout.write("\t".join(_row(key)))
        for warning in key_warnings():
            self.stderr.write(f"! {warning.sentence}")

    def _issue(self, options: dict[str, Any]) -> None:
        ends = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        issued = issue_key(
            _system(options), by=_person(options), algorithm=options["algorithm"], address=options["address"],
            valid_to=ends,
        )  # fmt: skip
        self._hand_over(issued, options["out"])

    def _rotate(self, options: dict[str, Any]) -> None:
        overlap = timedelta(hours=options["overlap"])
        issued = rotate_key(_system(options), by=_person(options), overlap=overlap, algorithm=options["algorithm"])
        self._hand_over(issued, options["out"])

    def _revoke(self, options: dict[str, Any]) -> None:
        key = DepartmentKey.objects.filter(key_id=options["key_id"]).first()
        if key is None:
            raise CommandError(f"没有密钥 {options['key_id']}")
        done = revoke_key(key, by=_person(options), reason=options["reason"])
        self.stdout.write(f"已作废 {key.key_id}" if done else f"{key.key_id} 早已作废")

    def _hand_over(self, issued: IssuedKey, out: str) -> None:
        """The secret goes into a file that only its owner reads, or is printed this once."""
        if not out:
            self.stdout.write(issued.as_file())
            self.stderr.write("密钥只显示这一次。")
            return
        handle = os.open(Path(out), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(issued.as_file())
        self.stdout.write(f"{issued.key_id} 已写入 {out}")


def _common(parser: ArgumentParser) -> None:
    parser.add_argument("department")
    parser.add_argument("--algorithm", default="", choices=["", *Algorithm.values], help="不写则用系统的算法")
    parser.add_argument("--out", default="", metavar="FILE", help="写入只有本人可读的新文件；不写则打印一次")
    parser.add_argument("--by", required=True, metavar="USERNAME", help="谁办的，记入变更记录")


def _system(options: dict[str, Any]) -> DepartmentSystem:
    system = DepartmentSystem.objects.filter(department=options["department"]).first()
    if system is None:
        raise CommandError(f"没有部门系统 {options['department']}")
    return system


def _person(options: dict[str, Any]) -> AbstractBaseUser:
    """An active administrator: the command line knows no password, but nobody acts namelessly."""
    person = get_user_model()._default_manager.filter(username=options["by"], is_staff=True, is_active=True).first()
    if person is None:
        raise CommandError(f"没有可进入配置后台的账户 {options['by']}")
    return person


def _row(key: DepartmentKey) -> list[str]:
    def day(moment: Any) -> str:
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else "—"

    state = "已作废" if key.revoked_at else "已到期" if key.valid_to and key.valid_to <= timezone.now() else "有效"
    algorithm = key.algorithm or key.system.algorithm
    return [key.system.department, key.key_id, algorithm, state, day(key.valid_to), day(key.last_used_at)]
