"""The newborn case of 林晓岚 and 陈屿, as registers and the two of them would fill it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases.actions.applying import drafting, filing, parties
from cases.actions.papers import materials
from cases.models import Case, Party
from portal.accounts.models import Account, Role
from tests.factories.doubles import FakeLicences, FakeRegister
from tests.factories.library import person
from tests.factories.papers import PDF as SCAN

LIN, CHEN = person("林晓岚"), person("陈屿")
GUIDANCE = {
    "born_at": "hospital",
    "marital": "married",
    "hukou_with": "mother",
    "hukou_kind": "family",
    "maternity": "employee",
    "has_reg": "yes",
    "extra": [],
}
RESULTS: dict[str, dict[str, Any]] = {
    "BIRTH_CERT": {"cert_no": "R350000001", "child_name": "陈一诺", "gender": "2", "gest_weeks": 39},
    "HUKOU": {"id_no": "350203202610301069", "name": "陈一诺"},
    "MI_JOIN": {"mi_no": "M0001"},
}


def birth_time() -> datetime:
    day = timezone.localtime() - timedelta(days=22)
    return day.replace(hour=3, minute=42, second=0, microsecond=0)


def account(sample: Any, username: str) -> Account:
    return Account.objects.create_user(
        username,
        "a-long-password",
        role=Role.CITIZEN,
        name=sample["name"],
        id_no=sample["id_no"],
        phone=sample["phone"],
    )


def fill_registers(register: FakeRegister, licences: FakeLicences) -> None:
    """What registers and the licence library know of the family."""
    lin, chen = LIN["id_no"], CHEN["id_no"]
    birth = {"hospital": "示例市妇幼保健院", "birth_time": birth_time().isoformat(), "gender": "2", "gest_weeks": 39}
    register.put("DELIVERY_INFO", lin, birth | {"hospital_no": "Z20261030", "order_no": 1})
    hukou = {"head_name": "林晓岚", "address": "示例市思明区示例路1号", "status": "正常", "household_type": "家庭户"}
    for who in (lin, chen):
        register.put("HUKOU_INFO", who, hukou)
        register.put("POP_BASIC", who, {"match": True, "alive": True})
        register.put("BANK_VERIFY", who, {"match": True})
    register.put("MI_PERSON", lin, {"status": "正常参保", "months_city": 36})
    register.put("SOCIAL_CARD_INFO", lin, {"account": LIN["bank_card"], "has_card": True})
    register.put("MARRIAGE_INFO", lin, {"status": "已婚", "cert_no": "J350203-2024-000001", "spouse_name": "陈屿"})
    marriage = {"male_name": "陈屿", "male_id": chen, "female_name": "林晓岚", "female_id": lin}
    licences.put_licence("MARRIAGE_CERT", lin, "L-M", marriage | {"cert_no": "J350203-2024-000001"})
    for sample, licence_id in ((LIN, "L-1"), (CHEN, "L-2")):
        face = {"name": sample["name"], "id_no": sample["id_no"], "ethnic": "01", "gender": sample["gender"]}
        licences.put_licence("ID_CARD", sample["id_no"], licence_id, face)
    licences.put_licence("HUKOU_BOOK", lin, "L-H", {"id_no": lin, "household_no": "H1", "head_name": "林晓岚"})
    licences.put_licence("MEDICAL_RECEIPT", lin, "L-R", {"receipt_no": "P1"})


def know_the_situation(register: FakeRegister, licences: FakeLicences) -> None:
    """What registers know of her situation: married, insured as an employee, the pregnancy registered."""
    register.put("MARRIAGE_INFO", LIN["id_no"], {"status": "20", "cert_no": "J350203-2024-000001"})
    register.put("MI_PERSON", LIN["id_no"], {"scheme": "职工医保", "status": "正常参保", "months_city": 92})
    licences.put_licence("MATERNITY_REG", LIN["id_no"], "L-S", {"reg_no": "SY2026001"})


def draft(
    lin: Account,
    *,
    guidance: dict[str, Any] | None = None,
    children: tuple[str, ...] = ("陈一诺",),
    owes: bool = False,
    commits: tuple[str, ...] = (),
) -> Case:
    """A draft with everything filled in, the way the pages do it.

    `owes`: what may come later comes later; `commits`: papers that are declared instead of shown.
    """
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance={**GUIDANCE, **(guidance or {})})
    case = drafting.refresh_prefill(case.pk)
    for section, values in _typed(children).items():
        if section == "s_child":
            for _ in children[1:]:
                drafting.add_row(case.pk, "s_child", by=lin.actor)
        drafting.save_section(case.pk, section, values, by=lin.actor)
    case = drafting.refresh_prefill(case.pk)
    for slot in materials.missing_materials(case):
        if slot.material_id in commits:
            materials.commit_to(case.pk, slot.slot, by=lin.actor)
        elif slot.material_id in ("M_DISCHARGE", "M_HUKOU_BOOK"):
            if owes:
                materials.defer(case.pk, slot.slot, by=lin.actor)
            else:
                materials.upload(case.pk, slot.slot, scan(), by=lin.actor)
    return Case.objects.get(pk=case.pk)


def scan() -> SimpleUploadedFile:
    """A paper as a person scans it."""
    return SimpleUploadedFile("scan.pdf", SCAN, content_type="application/pdf")


def _typed(children: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """What a person has to type, by section and field path."""
    rows: dict[str, Any] = {}
    for n, name in enumerate(children):
        row = {"surname_from": "father", "child_name": name, "child_ethnic": "01", "gest_weeks": "39"}
        row |= {"birth_time": birth_time().strftime("%Y-%m-%dT%H:%M"), "gender": "2", "hospital": "示例市妇幼保健院"}
        rows |= {f"s_child.{n}.{field}": value for field, value in row.items()}
    return {
        "s_mother": {"mother_live": "示例市思明区示例路1号"},
        "s_father": {
            "father_name": "陈屿",
            "father_id": CHEN["id_no"],
            "father_ethnic": "01",
            "father_phone": CHEN["phone"],
        },
        "s_child": rows,
        "s_hukou": {"head_id": LIN["id_no"], "head_relation": "30", "native_place": "350203"},
        "s_insure": {"join_region": "350203", "card_bank": "ICBC", "card_kind": "e_only"},
        "s_maternity": {
            "delivery_kind": "natural",
            "leave_from": birth_time().date().isoformat(),
            "bank_name": "ICBC",
            "bank_card": LIN["bank_card"],
        },
        "s_delivery": {"delivery": "electronic"},
    }


def submitted(lin: Account, chen: Account, **how: Any) -> Case:
    """Filed: 林晓岚 has handed it in, 陈屿 has authorised."""
    case = draft(lin, **how)
    filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)
    for party in Party.objects.filter(case=case, state=Party.State.ASKED):
        if party.id_no == CHEN["id_no"]:
            parties.agree(party.pk, account=chen)
    return Case.objects.get(pk=case.pk)
