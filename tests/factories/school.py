"""A child's enrolment (教育入学), as a migrant worker's family would fill it within the window of sign-up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from cases.actions.applying import drafting, filing
from cases.actions.papers import materials
from cases.models import Case
from portal.accounts.models import Account, Role
from tests.factories.doubles import FakeRegister
from tests.factories.library import person

SIGN_UP_DAY = datetime(2026, 5, 12, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
GUIDANCE = {"stage_kind": "primary", "child_kind": "migrant", "sibling": "no", "special": "no", "house_kind": "own"}
BIRTH = date(2019, 6, 1)


def id_number(serial: int, birth: date = BIRTH) -> str:
    """A synthetic ID number with a right check digit (GB 11643)."""
    body = f"350203{birth:%Y%m%d}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 11]


def guardian(serial: int) -> Account:
    """A parent of their own: nobody else's account."""
    return Account.objects.create_user(
        f"guardian{serial}", "a-long-password", role=Role.CITIZEN, name="林晓岚",
        id_no=id_number(serial, date(1990, 1, 1)), phone=f"1380000{serial:04d}",
    )  # fmt: skip


def fill_registers(
    register: FakeRegister, parent: str, child: str, *, si_months: int | None = 60, stay_months: int = 40
) -> None:
    """What registers know: months of insurance (None: the register has no record) and of residence."""
    register.put("FAMILY_INFO", parent, {"relation": "女", "same_household": True})
    register.put("RESIDENCE_INFO", parent, {
        "live_address": "示例市思明区示例路1号", "reg_from": "2023-01-01", "months": stay_months,
        "card_no": "J1", "card_valid_to": "2030-01-01",
    })  # fmt: skip
    if si_months is not None:
        register.put("SI_PERSON", parent, {
            "months_city": si_months, "unit_name": "示例公司", "unit_uscc": "91350200MA9XA0016D", "status": "正常参保",
        })  # fmt: skip
    register.put("RE_INFO", parent, {"cert_no": "Z1", "share_pct": 100, "school_quota_used": False})
    register.put("CHILD_VACCINE", child, {"book_no": "V1", "complete_age6": True})
    register.put("HUKOU_INFO", child, {"address": "外省某地", "status": "正常"})
    register.put("HUKOU_INFO", parent, {"address": "外省某地", "status": "正常"})
    register.put("EDU_DIPLOMA", parent, {"level": "60"})


def draft(
    parent: Account,
    child: str,
    *,
    guidance: dict[str, Any] | None = None,
    choices: tuple[str, ...] = ("第一小学",),
    adjust: bool = True,
    bonus: tuple[str, ...] = (),
) -> Case:
    """Everything filled in, the way the pages do it."""
    case = drafting.start_draft("JYRX", applicant=parent, channel="mobile", guidance={**GUIDANCE, **(guidance or {})})
    case = drafting.refresh_prefill(case.pk)
    for section, values in _typed(child, choices, adjust, bonus).items():
        drafting.save_section(case.pk, section, values, by=parent.actor)
    case = drafting.refresh_prefill(case.pk)
    for slot in materials.missing_materials(case):
        cover = materials.defer if "deferred" in slot.options else materials.commit_to
        cover(case.pk, slot.slot, by=parent.actor)
    return Case.objects.get(pk=case.pk)


def _typed(child: str, choices: tuple[str, ...], adjust: bool, bonus: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    wanted = {f"choice{n}": choice for n, choice in enumerate(choices, start=1)}
    return {
        "s_child": {
            "child_name": "陈一诺", "child_id_kind": "ID", "child_id": child, "child_gender": "1",
            "child_birth": BIRTH.isoformat(), "child_hukou": "外省某地", "kinder_months": "30",
        },
        "s_guardian": {"guardian_rel": "52", "guardian_edu": "60"},
        "s_house": {
            "live_address": "示例市思明区示例路1号", "house_cert_no": "Z1", "house_owner": "林晓岚",
            "house_share": "100", "live_from": "2023-01-01",
        },
        "s_points": {"work_kind": "employee", "work_unit": "示例公司", "bonus_kinds": list(bonus)},
        "s_choice": {**wanted, "accept_adjust": "true" if adjust else "false", "promise": "true"},
    }  # fmt: skip


def filed(register: FakeRegister, serial: int, *, si_months: int | None = 60, **how: Any) -> Case:
    """Handed in within the window by a family of its own."""
    parent, child = guardian(serial), id_number(serial)
    fill_registers(register, parent.id_no, child, si_months=si_months)
    case = draft(parent, child, **how)
    filing.submit_case(case.pk, by=parent.actor, client_key=uuid4().hex)
    return Case.objects.select_related("applicant").get(pk=case.pk)


def sample_guardian() -> Account:
    """林晓岚 of the samples."""
    one = person("林晓岚")
    return Account.objects.create_user(
        "lin", "a-long-password", role=Role.CITIZEN, name=one["name"], id_no=one["id_no"], phone=one["phone"]
    )
