"""The demo people: those of the synthetic samples, with the roles a walk-through needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Q

from bundles import queries
from portal.accounts.models import Account, Role
from portal.demo import authority

PASSWORD = "one-thing-demo"
# username -> name in the samples
CITIZENS = {
    "lin": "林晓岚",
    "chen": "陈屿",
    "wang": "王建国",
    "huang": "黄阿婆",
    "zhao": "赵海",
    "zhang": "张志强",
    "wu": "吴小满",
    "xu": "徐峰",
    "zheng": "郑老伯",
    "zhou": "周敏",
    "mi": "米热古丽·阿不都热合曼",
    "laosun": "孙老板",
    "he": "何律师",
    "li": "李秀英",
}
# username -> (person in the samples, company in the samples)
OPERATORS = {
    "muck": ("刘师傅", "五洲顺运渣土运输（示例）有限公司"),
    "sun": ("孙老板", "鹭屿餐饮管理（示例）有限公司"),
    "cloud": ("徐峰", "云栈数字科技（示例）有限公司"),
    "school": ("李秀英", "市示例大学"),
}
# username -> (shown name, role, department)
DESK = {
    "clerk": ("窗口一号", Role.CLERK, "SJ"),
    "supervisor": ("监督一号", Role.SUPERVISOR, ""),
    "staff-rf": ("人防经办", Role.STAFF, "RF"),
    "staff-qx": ("气象经办", Role.STAFF, "QX"),
}


def load() -> list[Account]:
    """Make the demo accounts, or bring them back to how they should be. Passwords of existing ones stay."""
    samples = yaml.safe_load((settings.DOMAIN_LIBRARY / "samples.yaml").read_text(encoding="utf-8"))
    persons = {person["name"]: person for person in samples["persons"]}
    companies = {company["name"]: company for company in samples["companies"]}
    made = [_citizen(username, persons[name]) for username, name in CITIZENS.items()]
    made += [_operator(u, persons[person], companies[firm]) for u, (person, firm) in OPERATORS.items()]
    made += [_desk(username, *row) for username, row in (DESK | _workers()).items()]
    made.append(_administrator())
    authority.load({one.username: one for one in made}, tuple(OPERATORS))
    return made


def _workers() -> dict[str, tuple[str, Role, str]]:
    """A worker for every department without a system, and for every one that a published bundle deals with.

    Also where a system decides, questions, urging, low ratings and whatever got stuck come to a person.
    """
    specs = [one.spec for one in queries.published_all()]
    busy = {item.dept for spec in specs for item in spec.items} | {spec.lead for spec in specs}
    known = queries.registry().departments.values()
    served = [one for one in known if one.system == "manual" or one.code in busy]
    return {f"staff-{one.code.lower()}": (f"{one.short}经办", Role.STAFF, one.code) for one in served}


def _citizen(username: str, person: Mapping[str, Any]) -> Account:
    details = {"bank_card": person["bank_card"], "birth_date": person["birth_date"]}
    return _account(
        username, Role.CITIZEN, person["name"], id_no=person["id_no"], phone=person["phone"], details=details
    )


def _operator(username: str, person: Mapping[str, Any], company: Mapping[str, Any]) -> Account:
    details = {"uscc": company["uscc"], "ent_name": company["name"], "legal_rep": person["name"]}
    return _account(
        username, Role.COMPANY, person["name"], id_no=person["id_no"], phone=person["phone"], details=details
    )


def _desk(username: str, name: str, role: Role, department: str) -> Account:
    return _account(username, role, name, department=department)


def _administrator() -> Account:
    account = _account("admin", Role.ADMINISTRATOR, "配置管理员", is_staff=True)
    configured = Q(content_type__app_label__in=["bundles", "accounts", "integrations"])
    read = Q(content_type__app_label="cases", codename__startswith="view_")
    account.user_permissions.set(Permission.objects.filter(configured | read))
    return account


def _account(username: str, role: Role, name: str, **fields: Any) -> Account:
    account = Account.objects.filter(username=username).first() or Account(username=username)
    account.role, account.name, account.is_demo = role, name, True
    for key, value in fields.items():
        setattr(account, key, value)
    if not account.password:
        account.set_password(PASSWORD)
    account.save()
    return account
