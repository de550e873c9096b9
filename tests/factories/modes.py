"""Cases of the rarer modes: a ship that calls, a foreigner who has to come, a restaurant to be looked at, a check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.actions.applying import drafting, filing
from cases.actions.delivery import dispatch
from cases.actions.engine.locking import lock_case
from cases.models import Case
from portal.accounts.models import Account, Role
from tests.factories.doubles import FakeDepartments
from tests.factories.library import person

SHIP = {"move_kind": "arrive", "voyage": "coastal", "pilot_need": "request", "tug_need": "none", "cargo_flag": []}
FOREIGNER = {"where": "z_entered", "category": "B", "qualify": "degree", "family": "no", "extra": []}
RESTAURANT = {
    "has_licence": "yes", "shop_kind": "restaurant", "area_band": "s150", "foods": ["hot"], "smoke": "yes",
    "building": "flue", "drain": "net", "sign_kind": "none",
}  # fmt: skip


def company() -> Account:
    """赵海 for a law firm: ship's agent, employer, owner and bankruptcy administrator by turns."""
    sample = person("赵海")
    details = {"ent_name": "示例律所", "uscc": "91350200MA9XA0016D", "legal_rep": "赵海"}
    return Account.objects.create_user(
        "administrator", "a-long-password", role=Role.COMPANY, name=sample["name"], id_no=sample["id_no"],
        phone=sample["phone"], details=details,
    )  # fmt: skip


def filed(applicant: Account, code: str, guidance: dict[str, Any], fields: dict[str, Any]) -> Case:
    """A case received as its answers stand; what the form demands is not under test here."""
    case = drafting.start_draft(code, applicant=applicant, channel="online", guidance=guidance)
    with transaction.atomic():
        case = lock_case(case.pk)
        case.answers = {**case.answers, "fields": {**(case.answers.get("fields") or {}), **fields}}
        case.save(update_fields=["answers"])
        filing.file_case(case, by=applicant.actor)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def hours_on(hours: float) -> str:
    """A moment so many hours from now, as fields keep it."""
    return (timezone.localtime() + timedelta(hours=hours)).replace(microsecond=0).isoformat()


def ship_fields(**other: str) -> dict[str, str]:
    return {
        "imo_no": "9990014", "ship_name_en": "EXAMPLE", "plan_time": hours_on(30), "berth_code": "B1", "loa": "120",
        "draft_fore": "8", "draft_aft": "8.5", "cargo_ton": "1000", "voyage_no": "V1", "from_pos": "A", "to_pos": "B",
        **other,
    }  # fmt: skip


def port_call(applicant: Account, departments: FakeDepartments) -> Case:
    """A ship's call with everything approved."""
    berth = {"berth_name": "1号泊位", "berth_from": hours_on(30), "berth_to": hours_on(40)}
    departments.say(item="BERTH", result=berth)
    departments.say(item="MSA_REPORT", result={"report_no": "MSA-1"})
    departments.say(item="DISPATCH", result={"plan_no": "P-1", "version": 1, "board_time": hours_on(29)})
    return filed(applicant, "CBJCG", SHIP, ship_fields())


def foreigner(applicant: Account) -> Case:
    """A foreigner's application that has come as far as the visit."""
    return filed(applicant, "WGRGZ", FOREIGNER, {"stay_months": 12})


def restaurant(applicant: Account, departments: FakeDepartments) -> Case:
    """A restaurant whose departments have to come."""
    departments.say("accepted")
    departments.say(item="ENT_VERIFY", result={"status": "正常"})
    return filed(applicant, "CYKB", RESTAURANT, {})


def bankruptcy_check(applicant: Account) -> Case:
    """A check that asks many departments about a company in liquidation."""
    scope = ["reg", "bank", "estate"]
    guidance = {"proc_kind": "liquidation", "scope": scope, "bank_scope": "balance", "related": "no"}
    fields = {
        "debtor_name": "示例破产企业有限公司", "debtor_uscc": "91350200MA9XA0067M", "admin_name": "示例律所",
    }  # fmt: skip
    return filed(applicant, "QYPC", guidance, fields)
