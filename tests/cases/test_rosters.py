"""Rosters: bad rows stop nobody, and nobody is taken for having agreed. 个人信息保护法 第十三、十四条."""

from __future__ import annotations

import pytest
import time_machine

from cases.actions import confirming, dispatch, filing, roster_rounds, rosters
from cases.models import Case, RosterRow, SubApplication
from portal.accounts.models import Account
from tests.factories import rosters as made
from tests.factories.doubles import FakeDepartments, RecordingNotifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("departments", "register", "licences")]
SEPTEMBER = "2026-09-07T09:00:00+08:00"


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(SEPTEMBER) as clock:
        yield clock


@pytest.fixture
def school(db: None) -> Account:
    return made.school()


def test_bad_rows_are_listed_with_number_field_and_sentence_and_the_good_ones_go_on(school: Account) -> None:
    case = made.batch(school)
    file = made.as_file(
        made.student(0), made.student(1, 证件号码="350203200701011234"), made.student(2, 手机号=made.student(0)["手机号"])
    )
    counted = rosters.import_roster(case.pk, file, by=school.actor)
    assert (counted.good, counted.bad) == (1, 2)
    rows = {row.number: row for row in RosterRow.objects.filter(roster__case=case)}
    assert rows[3].faults == [{"field": "id_no", "text": "身份证号码校验位不正确"}]
    (fault,) = rows[4].faults
    assert fault["field"] == "phone" and "与第 2 行相同" in fault["text"]


def test_the_batch_files_its_own_item_alone(school: Account, departments: FakeDepartments) -> None:
    case = made.filed(school, made.student(0))
    assert [sub.item_id for sub in SubApplication.objects.filter(case=case)] == ["ROSTER"]
    (body,) = departments.filings()
    assert body["item"]["id"] == "ROSTER" and "s_roster" not in body["fields"]
    assert [m["id"] for m in body["materials"]] == ["M_ROSTER"]
    assert (case.state, made.roster_of(case).state) == ("in_progress", "confirming")


def answers_of_a_student(case: Case, account: Account) -> Case:
    """The student's own part, filled in on the phone."""
    from cases.actions import drafting, materials
    from tests.factories.pictures import jpeg

    drafting.save_guidance(
        case.pk, by=account.actor, guidance={"joined_elsewhere": "no", "hardship": "no", "has_card": "none"}
    )
    typed = {
        "hukou_address": "示例市思明区示例路1号", "live_address": "3 号楼 502", "pay_way": "app", "card_bank": "ICBC",
        "card_get": "school", "photo": "photo.jpg",
    }  # fmt: skip
    saved = drafting.save_section(case.pk, "s_self", typed, by=account.actor)
    assert saved.errors == (), saved.errors
    for slot in materials.missing_materials(Case.objects.get(pk=case.pk)):
        materials.upload(case.pk, slot.slot, jpeg(), by=account.actor)
    return Case.objects.get(pk=case.pk)


def test_the_student_confirms_and_gets_an_own_case_with_the_items_of_a_person(
    school: Account, lin: Account, departments: FakeDepartments, notifier: RecordingNotifier
) -> None:
    batch = made.filed(school, made.student(0), made.student(1))
    roster_rounds.carry_on()
    assert made.states(batch) == {2: "asked", 3: "asked"}
    (message,) = notifier.to(lin.phone)
    token = message.values["link"].rstrip("/").rpartition("/")[2]
    row = confirming.row_by_token(token)
    case = confirming.begin(row.pk, account=lin)
    assert case.parent_id == batch.pk and case.channel == "mobile"
    case = answers_of_a_student(case, lin)
    filing.submit_case(case.pk, by=lin.actor, client_key="student-1")
    items = {sub.item_id for sub in SubApplication.objects.filter(case=case)}
    assert items == {"MI_JOIN", "MI_PAY", "MI_CODE", "SBK", "E_CARD"}
    assert Case.objects.get(pk=case.pk).answers["fields"]["confirmed"] is True
    assert made.states(batch) == {2: "filed", 3: "asked"}
    assert confirming.row_by_token(token) is None
