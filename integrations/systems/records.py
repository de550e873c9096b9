"""The record of who did what to a department's system: append-only, never a secret in it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from integrations.models import SystemRecord

# What each kind says to people.
WORDS = {
    "system.added": "新增系统",
    "system.changed": "修改配置",
    "system.switched_off": "停用",
    "address.proposed": "提出地址变更或启用",
    "address.confirmed": "复核通过，新地址生效",
    "address.declined": "复核不同意",
    "key.issued": "发放密钥",
    "key.rotated": "轮换密钥",
    "key.revoked": "作废密钥",
    "connection.tried": "测试连接",
    "line.closed": "手工恢复线路",
    "maintenance.announced": "登记维护",
    "maintenance.lifted": "结束维护",
    "host.listed": "加入允许的主机",
    "host.removed": "移出允许的主机",
}


def record(department: str, kind: str, *, by: AbstractBaseUser | None, **facts: Any) -> SystemRecord:
    """Write down one act. `by` None: the command line of the machine itself."""
    return SystemRecord.objects.create(department=department, kind=kind, by_id=by.pk if by else None, facts=facts)
