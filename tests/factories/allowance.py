"""The old-age allowance of 郑老伯, granted and then paid month by month."""

from __future__ import annotations

from uuid import uuid4

from cases.actions.applying import drafting, filing
from cases.actions.delivery import dispatch
from cases.actions.papers import materials
from cases.models import Case
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeRegister
from tests.factories.library import person

ELDER = person("郑老伯")
GRANT = {"grant_no": "G1", "tier": "80", "month_amount": 100, "start_month": "2026-12-01"}
PAID = {"pay_no": "P-1", "amount": 100, "pay_date": "2026-12-15", "status": "paid"}


def fill_registers(register: FakeRegister) -> None:
    """What registers know of somebody who turns eighty and lives here."""
    who = ELDER["id_no"]
    register.put("POP_BASIC", who, {"match": True, "alive": True, "birth_date": ELDER["birth_date"]})
    register.put("HUKOU_INFO", who, {"status": "正常", "address": "示例市同安区示例村1号", "region": "350212"})
    register.put("DEATH_INFO", who, {"dead": False})
    register.put("FUNERAL_INFO", who, {"cremated": False})
    register.put("SENIOR_ALLOW_INFO", who, {"receiving": False})
    register.put("SOCIAL_CARD_INFO", who, {"has_card": True, "status": "正常", "account": ELDER["bank_card"]})
    register.put("BANK_VERIFY", who, {"match": True})


def elder() -> Account:
    return newborn.account(ELDER, "zheng")


def granted(departments: FakeDepartments, register: FakeRegister, account: Account) -> Case:
    """Applied for, granted and paid for the first time."""
    fill_registers(register)
    departments.say(item="SENIOR_ALLOW", result=GRANT)
    departments.say(item="SENIOR_PAY", result=PAID)
    case = drafting.start_draft(
        "GLJT",
        applicant=account,
        channel="online",
        guidance={"reply": "accept", "account_kind": "card", "extra": []},
    )
    drafting.refresh_prefill(case.pk)
    for slot in materials.missing_materials(case):
        raise AssertionError(slot.slot)
    filing.submit_case(case.pk, by=account.actor, client_key=uuid4().hex)
    dispatch.pump()
    return Case.objects.select_related("applicant").get(pk=case.pk)
