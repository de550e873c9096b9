"""`manage.py demo_people`: who can sign in to the demonstration, one a line."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.accounts.models import Account
from portal.demo.people import PASSWORD


class Command(BaseCommand):
    help = "列出演示人物"

    def handle(self, *args: Any, **options: Any) -> None:
        for account in Account.objects.filter(is_demo=True).order_by("role", "username"):
            place = f" {account.department}" if account.department else ""
            self.stdout.write(f"{account.username:<12}{account.get_role_display()}{place}  {account.name}")
        self.stdout.write(f"密码都是 {PASSWORD}，登录页也可以直接点名字进入")
