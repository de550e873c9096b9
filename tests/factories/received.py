"""Cases of any bundle received as their answers stand: for tests that are not about filling in the form."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cases.actions.applying import drafting, filing
from cases.actions.delivery import dispatch
from cases.actions.engine import progress
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.fees import charges
from cases.models import Case, Charge, Delivery, SubApplication
from cases.ports import Actor
from portal.accounts.models import Account, Role

HOME_SALE = {"pay_kind": "loan", "seller_mortgage": "none", "seller_state": "single", "buyer_state": "one"}


def received(applicant: Account, code: str, guidance: dict[str, Any], fields: dict[str, Any] | None = None) -> Case:
    """A case of a bundle, filed without the checks of the form, its first wave carried out."""
    case = drafting.start_draft(code, applicant=applicant, channel="online", guidance=guidance)
    with transaction.atomic():
        case = lock_case(case.pk)
        case.answers = {**case.answers, "fields": {**(case.answers.get("fields") or {}), **(fields or {})}}
        case.save(update_fields=["answers"])
        filing.file_case(case, by=applicant.actor)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def home_sale(applicant: Account, *, plus: tuple[str, ...] = ("water",)) -> Case:
    """A home bought on a mortgage: transfer and mortgage are bound to each other."""
    return nothing_to_pay(received(applicant, "BDCN", {**HOME_SALE, "tax_relief": ["none"], "plus_n": list(plus)}))


def nothing_to_pay(case: Case) -> Case:
    """The same case with every charge waived: for tests that are not about fees."""
    with transaction.atomic():
        locked = lock_case(case.pk)
        for charge in Charge.objects.filter(case=locked).exclude(state__in=[Charge.State.WAIVED, Charge.State.PAID]):
            charges.waive(locked, charge, reason="免收")
        progress.advance(locked, lock_subs(locked))
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def sub_of(case: Case, item: str) -> SubApplication:
    return SubApplication.objects.select_related("case", "case__applicant").get(case=case, item_id=item)


def filing_key(sub: SubApplication) -> str:
    """The key under which the department knows a sub-application."""
    return str(Delivery.objects.filter(sub=sub, purpose="file").latest("round").key)


def staff_of(department: str) -> Account:
    """Somebody who works at a department, made at the first use."""
    known = Account.objects.filter(username=f"staff-{department}").first()
    return known or Account.objects.create_user(
        f"staff-{department}", "a-long-password", role=Role.STAFF, name=f"{department}职员", department=department
    )


def by_staff(department: str) -> Actor:
    return staff_of(department).actor


def on_the_worklist(case: Case, item: str) -> SubApplication:
    """The item of a case as a task of people: its department has no system here."""
    SubApplication.objects.filter(case=case, item_id=item).update(connect="manual")
    return sub_of(case, item)
