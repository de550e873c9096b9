"""Connect every department of the catalogue to the mock departments: for demonstrations and tests."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bundles.queries import registry
from bundles.spec.registry import Department
from integrations.models import DepartmentKey, DepartmentSystem


class Command(BaseCommand):
    help = "把目录里的每个部门接到模拟部门（演示和测试用）；可重复执行。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MOCK_URL:
            raise CommandError("没有设置 MOCK_URL：本环境不接模拟部门。")
        departments = registry().departments.values()
        with transaction.atomic():
            for department in departments:
                _connect(department)
        self.stdout.write(f"已接通 {len(departments)} 个部门：{settings.MOCK_URL}")


def _connect(department: Department) -> None:
    system, _ = DepartmentSystem.objects.update_or_create(
        department=department.code,
        defaults={
            "base_url": f"{settings.MOCK_URL.rstrip('/')}/departments/{department.code}",
            "supports_callbacks": department.system == "api-callback",
        },
    )
    key = DepartmentKey.objects.filter(key_id=f"{department.code}-1").first() or DepartmentKey(
        key_id=f"{department.code}-1"
    )
    key.system, key.secret = system, _secret(department.code)
    key.save()


def _secret(code: str) -> str:
    """The secret that the mock departments derive too, so that nothing has to be handed over."""
    return hmac.new(settings.MOCK_MASTER_SECRET.encode(), code.encode(), hashlib.sha256).hexdigest()
