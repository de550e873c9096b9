"""Closing an account: refused with reasons, fifteen days to change one's mind, then erased. 个人信息保护法 第四十七条.

What the law has kept stays: filed cases and their papers are files of the departments (档案法), who read what is kept
for three years (个人信息保护法 第五十六条). Of the account itself nothing stays that tells who it was.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.actions.applying import drafting, parties
from cases.actions.dialogue import telling
from cases.actions.dialogue.heeding import forget_choice
from cases.errors import CaseError, WrongState
from cases.queries.leaving import OpenCase, consents_in_force, drafts_of, open_cases_of
from portal.accounts import exporting, mandates
from portal.accounts.models import Account, Address, ApiToken, Closure, Mandate, Organisation, Role, SentCode
from portal.accounts.trail import note

log = structlog.get_logger(__name__)

CHANGE_OF_MIND = timedelta(days=15)
LATER = timedelta(minutes=15)


# ---- asking, and thinking better of it ----------------------------------------------------------------------


def obstacles(account: Account) -> tuple[OpenCase, ...]:
    """Applications still with departments; the account stays open as long."""
    return open_cases_of(account)


def bodies_of(account: Account) -> list[str]:
    """Companies the person represents by law: who leaves hands them over first."""
    legal = mandates.standing_of(account).filter(kind=Mandate.Kind.LEGAL)
    return [one.principal.identity.name for one in legal]


def pending(account: Account) -> Closure | None:
    """The closing under way, if any."""
    return Closure.objects.filter(account=account, cancelled_at=None, done_at=None).first()


def ask(account: Account) -> Closure:
    """Close the account in fifteen days. Raises CaseError with what stands in the way, WrongState when asked before."""
    if account.acting is not None or account.role not in (Role.CITIZEN, Role.COMPANY):
        raise CaseError(_("只有本人可以注销自己的账户"))
    _refuse_with_reasons(account)
    now = timezone.now()
    try:
        with transaction.atomic():
            made = Closure.objects.create(
                account=account, asked_at=now, effective_at=now + CHANGE_OF_MIND, next_at=now + CHANGE_OF_MIND
            )
            note(account, "closing.asked", by=account)
            _tell(account, "closing_asked", until=f"{timezone.localtime(made.effective_at):%Y-%m-%d}")
    except IntegrityError as error:
        raise WrongState(_("已经申请注销了")) from error
    return made


def _refuse_with_reasons(account: Account) -> None:
    if open_ones := obstacles(account):
        names = "、".join(one.number or one.title for one in open_ones[:5])
        raise CaseError(_("还有没办完的办件：%(names)s。办完或撤回以后再注销") % {"names": names})
    if bodies := bodies_of(account):
        names = "、".join(bodies)
        raise CaseError(_("您还是%(names)s的法定代表人，请先办理变更") % {"names": names})


@transaction.atomic
def cancel(account: Account) -> None:
    """Keep the account after all. Raises WrongState when nothing is under way."""
    closure = Closure.objects.select_for_update().filter(account=account, cancelled_at=None, done_at=None).first()
    if closure is None:
        raise WrongState(_("没有在注销，账户照常使用"))
    _stop(closure, "owner")
    note(account, "closing.cancelled", by=account)


def _stop(closure: Closure, why: str) -> None:
    closure.cancelled_at, closure.next_at, closure.stopped_by = timezone.now(), None, why
    closure.save(update_fields=["cancelled_at", "next_at", "stopped_by"])


# ---- the day it takes effect --------------------------------------------------------------------------------


def carry_on() -> int:
    """Close what is due; how many were dealt with. For the round of the accounts."""
    due = Closure.objects.filter(next_at__lte=timezone.now()).values_list("pk", flat=True)[:20]
    return sum(_take_effect(pk) for pk in list(due))


def _take_effect(closure_id: UUID) -> bool:
    """One of them: stopped where something was handed in meanwhile, else erased. Whether it was due."""
    claimed = Closure.objects.filter(pk=closure_id, next_at__lte=timezone.now(), cancelled_at=None, done_at=None)
    if not claimed.update(next_at=timezone.now() + LATER):
        return False
    account = Account.objects.get(closures=closure_id)
    if obstacles(account) or bodies_of(account):
        _stop_for(account, closure_id)
        return True
    for draft in drafts_of(account):
        drafting.discard_draft(draft, by=account.actor)
    for consent in consents_in_force(account):
        parties.withdraw_consent(consent, account=account)
    exporting.delete_all(account)
    with transaction.atomic():
        closure = Closure.objects.select_for_update().get(pk=closure_id)
        if closure.cancelled_at is None and closure.done_at is None:
            _erase(account, closure)
    return True


@transaction.atomic
def _stop_for(account: Account, closure_id: UUID) -> None:
    closure = Closure.objects.select_for_update().get(pk=closure_id)
    if closure.cancelled_at is None and closure.done_at is None:
        _stop(closure, "obstacle")
        note(account, "closing.stopped", by=None)
        _tell(account, "closing_stopped", why="您又有没办完的办件")


def _erase(account: Account, closure: Closure) -> None:
    """Nothing of the account tells any more who it was; signing in again makes a new one."""
    _tell(account, "account_closed")
    mandates.end_all(account)
    Organisation.objects.filter(account=account).delete()
    Address.objects.filter(account=account).delete()
    forget_choice(account.pk)
    SentCode.objects.filter(account=account).delete()
    ApiToken.objects.filter(account=account).delete()
    fresh = Account.objects.select_for_update().get(pk=account.pk)
    with override("zh-hans"):
        fresh.name = _("已注销")
    fresh.username, fresh.id_no, fresh.phone, fresh.details = f"closed-{uuid4().hex[:16]}", None, None, {}
    fresh.is_active, fresh.language = False, ""
    fresh.set_unusable_password()
    fresh.save()
    closure.done_at, closure.next_at = timezone.now(), None
    closure.save(update_fields=["done_at", "next_at"])
    note(fresh, "account.closed", by=None)
    log.info("account.closed", account=str(fresh.pk))


def _tell(account: Account, template: str, **values: str) -> None:
    telling.tell_account(account.pk, account.phone or "", template, **values)
