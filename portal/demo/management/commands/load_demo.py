"""`manage.py load_demo`: the demo people and the mock departments they deal with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.demo import people


class Command(BaseCommand):
    help = "建立演示人物，并把各部门指向模拟部门进程"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_SIGN_IN:
            raise CommandError("演示人物只用于开发和演示环境")
        made = people.load()
        call_command("connect_mock_departments", verbosity=0)
        self.stdout.write(f"演示人物 {len(made)} 位")
