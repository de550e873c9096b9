"""A university, its roster and its students, as the batch of student insurance knows them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from PIL import Image

from cases.actions.applying import drafting, filing
from cases.actions.batches import rosters
from cases.actions.delivery import dispatch
from cases.models import Case, Roster, RosterRow
from integrations.mock_departments.check_digits import identity_number
from portal.accounts.models import Account, Role
from tests.factories.library import person

SCHOOL = {"ent_name": "示例大学", "uscc": "12350200MB9XA0108F", "legal_rep": "赵海"}
GUIDANCE = {"pay_mode": "self", "card_mode": "own"}
HEADING = ["姓名", "证件类型", "证件号码", "性别", "民族", "手机号", "学号", "学院与班级", "入学日期", "学制", "困难生"]
FIELDS = {
    "姓名": "name", "证件类型": "id_kind", "证件号码": "id_no", "性别": "gender", "民族": "ethnic",
    "手机号": "学生手机号", "学号": "student_no", "学院与班级": "college", "入学日期": "enrol_date",
    "学制": "study_years", "困难生": "学校认定困难生",
}  # fmt: skip


def student(number: int = 0, **more: str) -> dict[str, str]:
    """A line of the roster; the first one is 林晓岚, the others are made up with numbers that are right."""
    if number == 0:
        known = person("林晓岚")
        name, id_no, phone = known["name"], known["id_no"], known["phone"]
    else:
        name, phone = f"学生{'一二三四五六七八九十'[number % 10]}", f"139{number:08d}"
        id_no = identity_number("350203", date(2007, 1, 1) + timedelta(days=number % 300), 100 + number // 300)
    line = {
        "姓名": name, "证件类型": "居民身份证", "证件号码": id_no, "性别": "女", "民族": "汉族", "手机号": phone,
        "学号": f"2026{number:05d}", "学院与班级": "信息学院 1 班", "入学日期": "2026-09-01", "学制": "4",
        "困难生": "否",
    }  # fmt: skip
    return {**line, **more}


def as_file(*lines: Mapping[str, str], name: str = "名册.csv", encoding: str = "utf-8-sig") -> Any:
    """The lines as a posted CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([FIELDS[word] for word in HEADING])
    writer.writerows([[line[word] for word in HEADING] for line in lines])
    file = io.BytesIO(out.getvalue().encode(encoding))
    file.name = name
    return file


def school() -> Account:
    officer = person("赵海")
    return Account.objects.create_user(
        "school", "a-long-password", role=Role.COMPANY, name=officer["name"], id_no=officer["id_no"],
        phone=officer["phone"], details=SCHOOL,
    )  # fmt: skip


def batch(account: Account, **guidance: str) -> Case:
    """A batch with the school's part filled in, and no roster yet."""
    case = drafting.start_draft("DXSCB", applicant=account, channel="online", guidance={**GUIDANCE, **guidance})
    drafting.refresh_prefill(case.pk)
    typed = {"grade_year": "2026", "confirm_by": (timezone.localdate() + timedelta(days=10)).isoformat()}
    drafting.save_section(case.pk, "s_school", typed, by=account.actor)
    return Case.objects.get(pk=case.pk)


def filed(account: Account, *lines: Mapping[str, str], **guidance: str) -> Case:
    """A batch handed in with these lines and taken by the department; its people are about to be asked."""
    case = batch(account, **guidance)
    rosters.import_roster(case.pk, as_file(*lines), by=account.actor)
    filing.submit_case(case.pk, by=account.actor, client_key=str(uuid4()))
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def roster_of(case: Case) -> Roster:
    return Roster.objects.filter(case=case).order_by("-round")[0]


def states(case: Case) -> dict[int, str]:
    """State by row number, of the last round a row is in."""
    return {r.number: r.state for r in RosterRow.objects.filter(roster__case=case).order_by("roster__round")}


def photo() -> Any:
    """A picture as a phone takes it."""
    held = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(held, "JPEG")
    held.seek(0)
    held.name = "photo.jpg"
    return held
