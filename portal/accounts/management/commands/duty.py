"""Duties of administrators from the command line: give, take back, list. No page does it (三员分立)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.errors import CaseError
from portal.accounts import appointing
from portal.accounts.models import Account, Duty, DutyRecord


class Command(BaseCommand):
    help = "管理员职责（三员分立）：list 列出，give 授予，take 收回。由没有职责的另一个人决定，每一步都留记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|give|publish|take")
        verbs.add_parser("list", help="列出现在的管理员和历次变更")
        given = verbs.add_parser("give", help="授予一项职责")
        given.add_argument("username")
        given.add_argument("duty", choices=Duty.values)
        taken = verbs.add_parser("take", help="收回职责")
        taken.add_argument("username")
        publishing = verbs.add_parser("publish", help="让一位业务管理员可以发布、停用和回退版本")
        publishing.add_argument("username")
        for verb in (given, taken, publishing):
            verb.add_argument("--by", required=True, metavar="USERNAME", help="作出决定的负责人，自己没有职责")
            verb.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "list":
            self._list()
            return
        try:
            done = self._decided(options["verb"], options)
        except CaseError as error:
            raise CommandError(error.message) from error
        self.stdout.write(_line(done))

    def _decided(self, verb: str, options: dict[str, Any]) -> DutyRecord:
        username, why = options["username"], {"by": options["by"], "reason": options["reason"]}
        if verb == "give":
            return appointing.give(username, options["duty"], **why)
        return {"take": appointing.take, "publish": appointing.let_publish}[verb](username, **why)

    def _list(self) -> None:
        for account in Account.objects.exclude(duty="").order_by("duty", "username"):
            self.stdout.write(f"{account.duty}\t{account.username}\t{account.get_duty_display()}")
        for record in DutyRecord.objects.select_related("account", "by"):
            self.stdout.write(_line(record))


def _line(record: DutyRecord) -> str:
    change = f"{record.before or '-'} -> {record.after or '-'}"
    at = timezone.localtime(record.at)
    return f"{at:%F %T}\t{record.account.username}\t{change}\t{record.by.username}\t{record.reason}"
