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
            _connect_beside(settings.PAYMENT_CHANNEL, "payments")
            _connect_beside(settings.MESSAGE_GATEWAY, "messages")
        self.stdout.write(f"已接通 {len(departments)} 个部门：{settings.MOCK_URL}")


def _connect(department: Department) -> None:
    address = f"{settings.MOCK_URL.rstrip('/')}/departments/{department.code}"
    calls_back = department.system == "api-callback"
    system, _ = DepartmentSystem.objects.update_or_create(
        department=department.code, defaults={"base_url": address, "supports_callbacks": calls_back}
    )
    _share_key(system)


def _connect_beside(code: str, path: str) -> None:
    """What is no department stands among the systems under a code of its own: payment channel, message gateway."""
    address = f"{settings.MOCK_URL.rstrip('/')}/{path}"
    system, _ = DepartmentSystem.objects.update_or_create(department=code, defaults={"base_url": address})
    _share_key(system)


def _share_key(system: DepartmentSystem) -> None:
    key_id = f"{system.department}-1"
    key = DepartmentKey.objects.filter(key_id=key_id).first() or DepartmentKey(key_id=key_id)
    key.system, key.secret = system, _secret(system.department)
    key.save()


def _secret(code: str) -> str:
    """The secret that the mock departments derive too, so that nothing has to be handed over."""
    return hmac.new(settings.MOCK_MASTER_SECRET.encode(), code.encode(), hashlib.sha256).hexdigest()
