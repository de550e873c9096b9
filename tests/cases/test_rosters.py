"""Rosters: bad rows stop nobody, and nobody is taken for having agreed. 个人信息保护法 第十三、十四条."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from typing import Any

import pytest
import time_machine
import xlsxwriter
from python_calamine import CalamineWorkbook

from cases.actions.applying import drafting, filing, withdrawal
from cases.actions.batches import confirming, roster_rounds, rosters
from cases.actions.papers import materials
from cases.errors import BadUpload, CaseError
from cases.models import Case, Event, RosterRow, SubApplication
from cases.queries.context import context_of
from cases.queries.rosters import roster_view
from portal.accounts.models import Account
from tests.factories import rosters as made
from tests.factories.doubles import FakeDepartments, RecordingNotifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("departments", "register", "licences")]
SEPTEMBER = "2026-09-07T09:00:00+08:00"


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(SEPTEMBER) as clock:
        yield clock


def filled_in(template: bytes, line: Mapping[str, str]) -> Any:
    """The template with one line typed into it, as a spreadsheet program saves it."""
    (heading,) = CalamineWorkbook.from_filelike(io.BytesIO(template)).get_sheet_by_index(0).to_python()
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        for place, word in enumerate(heading):
            page.write_string(0, place, word)
            known = [value for name, value in line.items() if word.startswith((name, made.FIELDS[name]))]
            page.write_string(1, place, known[0])
    out.seek(0)
    out.name = "名册.xlsx"
    return out


@pytest.fixture
def school(db: None) -> Account:
    return made.school()


def test_bad_rows_are_listed_with_number_field_and_sentence_and_the_good_ones_go_on(school: Account) -> None:
    case = made.batch(school)
    same_phone = made.student(2, 手机号=made.student(0)["手机号"])
    file = made.as_file(made.student(0), made.student(1, 证件号码="350203200701011234"), same_phone)
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
        materials.upload(case.pk, slot.slot, made.photo(), by=account.actor)
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


def asked(case: Case, number: int) -> RosterRow:
    return RosterRow.objects.get(roster=made.roster_of(case), number=number)


def test_whoever_does_not_answer_has_not_agreed_and_comes_into_the_next_round_with_the_same_number(
    school: Account, departments: FakeDepartments, notifier: RecordingNotifier, september
) -> None:
    batch = made.filed(school, made.student(0), made.student(1))
    roster_rounds.carry_on()
    first = made.roster_of(batch)
    september.move_to("2026-09-18T09:00:00+08:00")
    roster_rounds.carry_on()
    assert [row.state for row in first.rows.all()] == ["unconfirmed", "unconfirmed"]
    assert not Case.objects.filter(parent=batch).exists()
    assert [body["item"]["id"] for body in departments.filings()] == ["ROSTER"]
    following = made.roster_of(batch)
    assert (following.round, sorted(r.number for r in following.rows.all())) == (2, [2, 3])
    roster_rounds.carry_on()
    assert {row.state for row in following.rows.all()} == {"asked"}
    assert [m.template for m in notifier.to(school.phone)].count("roster_unconfirmed") == 1


def test_people_are_reminded_on_the_days_the_bundle_names(
    school: Account, notifier: RecordingNotifier, september, lin: Account
) -> None:
    made.filed(school, made.student(0))
    for day in range(7, 17):
        september.move_to(f"2026-09-{day:02d}T10:00:00+08:00")
        roster_rounds.carry_on()
    days = [m.template for m in notifier.to(lin.phone)].count("roster_asked")
    assert days == 5  # the invitation, then days 1, 4, 7 and 9


def test_saying_no_needs_a_reason_that_the_school_does_not_see(school: Account, lin: Account) -> None:
    batch = made.filed(school, made.student(0))
    roster_rounds.carry_on()
    row = asked(batch, 2)
    with pytest.raises(CaseError, match="风险告知"):
        confirming.decline(row.pk, account=lin, reason="home", has_read_risk=False)
    confirming.decline(row.pk, account=lin, reason="home", has_read_risk=True)
    seen = roster_view(batch)
    assert [(r.number, r.state) for r in seen.rows] == [(2, "declined")]
    assert "home" not in repr(seen) and "户籍" not in repr(seen) and str(lin.pk) not in repr(seen)
    events = Event.objects.filter(case=batch, kind="roster.declined")
    assert [(e.actor_id, e.facts) for e in events] == [("", {"row": 2})]


def test_a_wrong_number_goes_back_to_the_school_is_corrected_alone_and_keeps_its_row(
    school: Account, lin: Account, notifier: RecordingNotifier
) -> None:
    batch = made.filed(school, made.student(0, 学号="99999"), made.student(1))
    roster_rounds.carry_on()
    row = asked(batch, 2)
    confirming.send_back(row.pk, account=lin, fields={"student_no": "on"}, note="学号写错了")
    assert made.states(batch) == {2: "returned", 3: "asked"}
    typed = {k: str(v) for k, v in asked(batch, 2).values.items()} | {"student_no": "202600001", "hard_listed": "否"}
    corrected = rosters.correct_row(row.pk, typed, by=school.actor)
    assert (corrected.number, corrected.state, corrected.faults) == (2, "ready", [])
    roster_rounds.carry_on()
    assert made.states(batch) == {2: "asked", 3: "asked"}


def test_nobody_else_can_answer_for_a_person(school: Account, chen: Account) -> None:
    batch = made.filed(school, made.student(0))
    roster_rounds.carry_on()
    for account in (chen, school):
        with pytest.raises(CaseError, match="本人"):
            confirming.begin(asked(batch, 2).pk, account=account)


def test_the_batch_is_over_when_every_row_has_come_to_its_end(
    school: Account, lin: Account, departments: FakeDepartments, september
) -> None:
    batch = made.filed(school, made.student(0))
    roster_rounds.carry_on()
    case = answers_of_a_student(confirming.begin(asked(batch, 2).pk, account=lin), lin)
    filing.submit_case(case.pk, by=lin.actor, client_key="student-1")
    roster_rounds.look_at(made.roster_of(batch).pk)
    assert Case.objects.get(pk=batch.pk).state == "in_progress"
    withdrawal.withdraw_case(case.pk, by=lin.actor, reason="不办了")
    roster_rounds.look_at(made.roster_of(batch).pk)
    assert (made.states(batch), made.roster_of(batch).state) == ({2: "done"}, "closed")
    assert Case.objects.get(pk=batch.pk).state == "concluded"


def test_a_person_stands_in_one_roster_of_a_year_only(school: Account, lin: Account) -> None:
    made.filed(school, made.student(0))
    roster_rounds.carry_on()
    second = made.batch(school)
    counted = rosters.import_roster(second.pk, made.as_file(made.student(0), made.student(1)), by=school.actor)
    assert (counted.good, counted.bad) == (1, 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_csv_is_read_in_the_encodings_that_offices_save(school: Account, encoding: str) -> None:
    case = made.batch(school)
    counted = rosters.import_roster(case.pk, made.as_file(made.student(0), encoding=encoding), by=school.actor)
    assert (counted.good, counted.bad) == (1, 0)


def test_the_template_filled_in_comes_back_as_rows_and_keeps_long_numbers(school: Account) -> None:
    case = made.batch(school)
    book = filled_in(rosters.template_of(case), made.student(0))
    counted = rosters.import_roster(case.pk, book, by=school.actor)
    assert (counted.good, counted.bad) == (1, 0)
    assert asked(case, 2).values["id_no"] == made.student(0)["证件号码"]


def test_what_looks_like_a_formula_leaves_as_a_text(school: Account) -> None:
    case = made.batch(school)
    rosters.import_roster(case.pk, made.as_file(made.student(0, 学院与班级="=HYPERLINK(1)", 学号="1")), by=school.actor)
    table = rosters.faults_table(context_of(case), made.roster_of(case)).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in table and ",=HYPERLINK" not in table
    assert table.startswith("行号,哪一项,问题") and "2,学号" in table


def test_a_large_roster_is_read_at_once_and_one_beyond_the_limit_is_refused(school: Account) -> None:
    case = made.batch(school)
    lines = [made.student(n) for n in range(1, 1001)]
    started = time.monotonic()
    counted = rosters.import_roster(case.pk, made.as_file(*lines), by=school.actor)
    assert (counted.good, counted.bad) == (1000, 0)
    assert time.monotonic() - started < 30
    with pytest.raises(BadUpload, match="8000"):
        rosters.import_roster(case.pk, made.as_file(*[made.student(1)] * 8001), by=school.actor)
