"""Duties of administrators, given and taken back: by two people, on the machine itself, and on record."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import CaseError, WrongState
from portal.accounts.models import Account, Duty, DutyRecord, Role

PUBLISH = "bundles.publish_bundleversion"


@transaction.atomic
def give(username: str, duty: str, *, by: str, reason: str) -> DutyRecord:
    """Give a duty to an account that has none, on the word of somebody else. Raises CaseError and WrongState.

    Whoever gives it holds no duty: administrators do not make each other.
    """
    account, giver = _two(username, by, reason)
    if account.duty:
        raise WrongState(_("这个账户已经有一项职责；一人不兼两员，请先收回"))
    if account.role not in (Role.STAFF, Role.ADMINISTRATOR):
        raise CaseError(_("只有工作人员可以担任管理员"))
    account.role, account.is_staff, account.duty = Role.ADMINISTRATOR, True, Duty(duty)
    return _keep(account, giver, "", duty, reason)


@transaction.atomic
def let_publish(username: str, *, by: str, reason: str) -> DutyRecord:
    """Let a business administrator publish, retire and roll back too; without it they draft. Raises CaseError."""
    account, giver = _two(username, by, reason)
    if account.duty != Duty.BUSINESS:
        raise CaseError(_("只有业务管理员可以发布"))
    app, _dot, codename = PUBLISH.partition(".")
    account.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return _keep(account, giver, account.duty, account.duty, f"发布：{reason}")


@transaction.atomic
def take(username: str, *, by: str, reason: str) -> DutyRecord:
    """Take a duty back; the account opens nothing of the administration any more. Raises CaseError and WrongState."""
    account, giver = _two(username, by, reason)
    if not account.duty:
        raise WrongState(_("这个账户没有职责"))
    held, account.duty, account.is_staff = account.duty, "", False
    account.user_permissions.clear()
    return _keep(account, giver, held, "", reason)


def _two(username: str, by: str, reason: str) -> tuple[Account, Account]:
    accounts = {one.username: one for one in Account.objects.select_for_update().filter(username__in=[username, by])}
    if username not in accounts or by not in accounts:
        raise CaseError(_("没有这个账户"))
    if username == by:
        raise CaseError(_("不能给自己职责，也不能自己收回"))
    if accounts[by].duty or not accounts[by].is_active:
        raise CaseError(_("管理员之间不能互相授予职责，请由没有职责的负责人决定"))
    if not reason.strip():
        raise CaseError(_("请写明理由"))
    return accounts[username], accounts[by]


def _keep(account: Account, giver: Account, before: str, after: str, reason: str) -> DutyRecord:
    account.save(update_fields=["role", "is_staff", "duty"])
    return DutyRecord.objects.create(
        account=account, before=before, after=after, by=giver, reason=reason.strip()[:200], at=timezone.now()
    )
