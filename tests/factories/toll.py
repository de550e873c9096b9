"""A small bundle of two items, the first of which costs what a test says; filed by 林晓岚 alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from bundles import publishing
from cases.actions.applying import drafting, filing
from cases.models import Case, Charge, SubApplication
from portal.accounts.models import Account

CODE = "TOLL"
AREA = {"id": "area", "zh": "面积", "en": "Area", "type": "number", "required": False, "items": ["FIRST"]}
KINDS = {
    "id": "kinds",
    "zh": "种类",
    "en": "Kinds",
    "type": "multi",
    "options": "@seal_kind",
    "required": False,
    "items": ["FIRST"],
}
NAME = {"id": "owner_name", "zh": "姓名", "en": "Name", "type": "text", "required": True, "items": ["FIRST", "SECOND"]}
MEMBER = {"id": "mb_name", "zh": "成员姓名", "en": "Name", "type": "text", "required": True, "items": ["FIRST"]}


def document(fee: Any, **first: Any) -> dict[str, Any]:
    """The definition; `first` are further keys of the item that costs something."""
    return {
        "schema": 1,
        "code": CODE,
        "zh": "收费一件事",
        "en": "Toll",
        "class": "个人",
        "stage": "生活",
        "lead": "SW",
        "national_list": None,
        "mode": "parallel",
        "channels": ["online", "mobile"],
        "reach": "city",
        "summary": {"zh": "先缴费的和后缴费的。", "en": "A toll."},
        "basis": [{"zh": "收费目录清单", "src": "known"}],
        "applicants": [{"kind": "person", "zh": "本人", "src": "known"}],
        "parties": [
            {
                "id": "owner",
                "zh": "申请人",
                "kind": "person",
                "role": "applicant",
                "signs": True,
                "consent": "login",
                "identity": {"name": "owner_name", "id_no": "owner_id"},
            }
        ],
        "clock": {"committed": {"n": 6, "unit": "workday"}, "statutory": None, "src": "known"},
        "eligibility": [],
        "guidance": [],
        "items": [_first(fee, first), _second()],
        "form": {"sections": [_section(), _members()]},
        "materials": [],
        "results": [
            {"id": "R_FIRST", "item": "FIRST", "zh": "缴费凭证", "en": "Receipt", "kind": "document",
             "fields": [["voucher_no", "凭证号", "text"]], "delivery": ["electronic"]},
            {"id": "R_SECOND", "item": "SECOND", "zh": "社会保障卡", "en": "Card", "kind": "document",
             "fields": [["card_no", "卡号", "text"]], "delivery": ["electronic"]},
        ],
        "reasons": {"supplement": [], "reject": [{"code": "J1", "item": "FIRST", "zh": "不符合条件"}]},
        "before_after": [],
        "notes": [],
        "sources": [],
    }  # fmt: skip


def _first(fee: Any, more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": "FIRST",
        "matter": "mi_resident_pay",
        "zh": "缴费事项",
        "en": "Paid item",
        "dept": "SW",
        "type": "公共服务",
        "statutory": None,
        "committed": {"n": 3, "unit": "workday", "src": "known"},
        "select": "required",
        "fee": {**fee, "src": "known"} if isinstance(fee, dict) else fee,
        "decision": {"kind": "manual"},
        "connect": "api-callback",
        "depends_on": [],
        **more,
    }


def _second() -> dict[str, Any]:
    return {
        "id": "SECOND",
        "matter": "sbk_apply",
        "zh": "后一件",
        "en": "Second item",
        "dept": "RS",
        "type": "公共服务",
        "committed": {"n": 3, "unit": "workday", "src": "known"},
        "select": "required",
        "decision": {"kind": "manual"},
        "connect": "api-callback",
        "depends_on": [{"item": "FIRST", "need": "approved", "flow": ["voucher_no"], "if_rejected": "cancel"}],
    }


def _section() -> dict[str, Any]:
    owner_id = {"id": "owner_id", "zh": "身份证号", "en": "ID", "type": "id_number", "required": True}
    owner_id |= {"rule": "id_gb11643", "prefill": "account:id_no", "lock": True, "items": ["FIRST", "SECOND"]}
    name = {**NAME, "prefill": "account:name", "lock": True}
    return {"id": "s_owner", "zh": "申请人", "en": "Owner", "fields": [name, owner_id, AREA, KINDS]}


def _members() -> dict[str, Any]:
    repeat = {"min": 0, "max": 5}
    return {"id": "s_member", "zh": "成员", "en": "Members", "repeat": repeat, "fields": [MEMBER]}


def publish(fee: Any, **first: Any) -> None:
    definition = document(fee, **first)
    faults = [f"{fault.path}: {fault.message}" for fault in publishing.faults_of(definition)]
    assert not faults, faults
    publishing.publish(publishing.new_bundle(definition))


def draft(owner: Account, *, members: Sequence[str] = (), **answers: Any) -> Case:
    case = drafting.start_draft(CODE, applicant=owner, channel="online", guidance={})
    case = drafting.refresh_prefill(case.pk)
    drafting.save_section(case.pk, "s_owner", answers, by=owner.actor)
    rows = {f"s_member.{number}.mb_name": name for number, name in enumerate(members)}
    for _ in members[1:]:
        drafting.add_row(case.pk, "s_member", by=owner.actor)
    if rows:
        drafting.save_section(case.pk, "s_member", rows, by=owner.actor)
    return Case.objects.get(pk=case.pk)


def filed(owner: Account, **how: Any) -> Case:
    case = draft(owner, **how)
    filing.submit_case(case.pk, by=owner.actor, client_key=uuid4().hex)
    return Case.objects.get(pk=case.pk)


def charge(case: Case) -> Charge:
    """The only charge of a case, as it stands now."""
    return Charge.objects.get(case=case)


def states(case: Case) -> dict[str, str]:
    return {sub.item_id: str(sub.state) for sub in SubApplication.objects.filter(case=case)}
