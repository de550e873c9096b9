"""Points: rule by rule with sources, unknown ones for a person, objections that score one rule anew."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bundles import forms
from bundles.forms.points import PointsLine, points_item, sheet, sum_up
from bundles.spec import PointsTable
from cases.actions.batches import scoring
from cases.actions.registers import facts
from cases.errors import NotReady, WrongState
from cases.models import Attention, Case, Event, PointsScore, PointsSheet
from cases.queries.points import points_of
from portal.accounts.models import Account, Role
from tests.factories import school
from tests.factories.doubles import FakeDepartments, FakeRegister, RecordingNotifier
from tests.factories.library import registry, spec

TABLE = PointsTable.read(
    {
        "total_max": 50,
        "groups": [
            {"id": "work", "max": 30, "rules": [
                {"id": "A", "score": 20}, {"id": "B", "score": 25, "exclusive_with": "A"}, {"id": "C", "score": 9},
            ]},
            {"id": "minus", "max": 0, "rules": [{"id": "D", "score": -100, "data": "manual"}]},
        ],
    },
    "points",
)  # fmt: skip


def line(rule: str, points: int | None, group: str = "work") -> PointsLine:
    earned = None if points is None else Decimal(points)
    return PointsLine(rule, group, "open" if points is None else "counts", earned, earned)


def test_a_group_counts_up_to_its_limit_and_of_exclusive_rules_the_better_one() -> None:
    summed = sum_up(TABLE, [line("A", 20), line("B", 25), line("C", 9), line("D", 0, "minus")])
    assert (summed.total, summed.so_far) == (Decimal(30), Decimal(30))
    assert {one.rule: one.verdict for one in summed.lines}["A"] == "excluded"
    assert {one.rule: one.points for one in summed.lines} == {"A": 0, "B": 25, "C": 9, "D": 0}


def test_a_deduction_is_never_a_gain() -> None:
    assert sum_up(TABLE, [line("A", 20), line("B", 0), line("C", 0), line("D", -100, "minus")]).total == -80


@given(st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=3, max_size=3))
def test_an_open_rule_leaves_the_whole_open_and_is_never_nought(values: list[int | None]) -> None:
    lines = [line(rule, points) for rule, points in zip("ABC", values, strict=True)]
    summed = sum_up(TABLE, [*lines, line("D", 0, "minus")])
    assert (summed.total is None) == (None in values)
    assert 0 <= summed.so_far <= 30


def test_the_item_that_scores_is_named_by_the_table_or_asks_for_points() -> None:
    assert points_item(spec("JYRX")) == "POINTS"
    assert points_item(spec("WGRGZ")) == "WORK_PERMIT"
    assert points_item(spec("XSECS")) is None


def foreigner(scored: dict[str, Decimal] | None, **fields: object) -> forms.Context:
    answers = {"guidance": {"category": "B", "qualify": "points", "where": "z_entered"}, "fields": fields}
    now = timezone.now()
    return forms.Context(spec=spec("WGRGZ"), registry=registry(), answers=answers, now=now, scored=scored)


def judged(context: forms.Context) -> dict[str, str]:
    found = sheet(context.spec, forms.scope(context), context.scored)
    assert found is not None
    return {one.rule: one.verdict for one in found.lines}


def test_before_filing_the_applicants_own_word_counts_and_afterwards_a_person_finds() -> None:
    fields = {"hsk": 4, "top_record": True, "local_bonus": False}
    assert judged(foreigner(None, **fields))["P5"] == "counts"
    after = judged(foreigner({}, **fields))
    assert (after["P5"], after["P7"], after["P8"]) == ("open", "open", "none")
    assert judged(foreigner({"P5": Decimal(4)}, **fields))["P5"] == "counts"


def test_what_was_left_empty_claims_nothing_once_it_is_filed() -> None:
    assert judged(foreigner({}))["P3"] == "unclaimed"
    assert judged(foreigner(None))["P3"] == "open"


@pytest.fixture
def staff(db: None) -> Account:
    return Account.objects.create_user("jy", "a-long-password", role=Role.STAFF, department="JY", name="教育局")


def verdicts(case: Case) -> dict[str, str]:
    return {one["rule"]: one["verdict"] for one in PointsSheet.objects.get(pk=case.pk).lines}


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_points_are_read_from_registers_and_shown_with_their_source(
    register: FakeRegister, departments: FakeDepartments
) -> None:
    case = school.filed(register, 1, si_months=60)
    scoring.compute_due()
    view = points_of(Case.objects.get(pk=case.pk))
    assert view is not None
    rules = {rule.id: rule for group in view.groups for rule in group.rules}
    assert (rules["P11"].points, rules["P11"].source) == (Decimal("18.0"), "个人社会保险参保信息")
    assert (rules["P21"].points, rules["P31"].points, rules["P44"].points) == (30, Decimal("8.0"), 2)
    assert (rules["P42"].verdict, rules["P42"].source) == ("unclaimed", "没有填报")
    assert rules["P12"].points == 0
    assert (view.total, view.is_open) == (Decimal("58.0"), False)


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_a_register_without_a_record_leaves_the_rule_for_a_person(
    register: FakeRegister, departments: FakeDepartments, staff: Account
) -> None:
    case = school.filed(register, 1, si_months=None)
    scoring.compute_due()
    sheet_kept = PointsSheet.objects.get(pk=case.pk)
    assert verdicts(case)["P11"] == "open"
    assert (sheet_kept.total, sheet_kept.is_open, sheet_kept.next_at is not None) == (None, True, True)
    assert Attention.objects.filter(case=case, reason="points_open", owner="JY", closed_at=None).exists()
    with pytest.raises(NotReady, match="请写明依据"):
        scoring.score(case.pk, "P11", Decimal(12), " ", by=staff)
    scoring.score(case.pk, "P11", Decimal(12), "核对了纸质缴费证明", by=staff)
    assert PointsSheet.objects.get(pk=case.pk).total == "52.0"
    assert not Attention.objects.filter(case=case, reason="points_open", closed_at=None).exists()


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_a_claim_that_only_a_person_can_find_waits_for_one(
    register: FakeRegister, departments: FakeDepartments, staff: Account
) -> None:
    case = school.filed(register, 1, bonus=("honour",))
    scoring.compute_due()
    assert verdicts(case)["P43"] == "open"
    assert PointsSheet.objects.get(pk=case.pk).next_at is None
    with pytest.raises(NotReady, match="0 到 4 之间"):
        scoring.score(case.pk, "P43", Decimal(5), "证书齐全", by=staff)
    scoring.score(case.pk, "P43", Decimal(4), "证书齐全", by=staff)
    assert verdicts(case)["P43"] == "counts"


@pytest.mark.django_db
def test_an_objection_scores_its_one_rule_anew_and_the_others_stand(
    register: FakeRegister, departments: FakeDepartments, notifier: RecordingNotifier, staff: Account
) -> None:
    with time_machine.travel(school.SIGN_UP_DAY, tick=False):
        case = school.filed(register, 1)
        scoring.compute_due()
    with time_machine.travel(school.SIGN_UP_DAY + timedelta(days=30), tick=False):
        register.put("RESIDENCE_INFO", case.applicant_id_no, {"months": 99})
        objection = scoring.object_to(case.pk, "P11", "少算了一年，附缴费记录", by=case.applicant.actor)
        with pytest.raises(WrongState, match="正在复核"):
            scoring.object_to(case.pk, "P11", "再说一次", by=case.applicant.actor)
        with pytest.raises(NotReady, match="复核的理由"):
            scoring.settle(objection.pk, "", by=staff)
        scoring.settle(objection.pk, "缴费记录属实，补计12个月", by=staff, points=Decimal("21.6"))
    view = points_of(Case.objects.get(pk=case.pk))
    assert view is not None
    rules = {rule.id: rule for group in view.groups for rule in group.rules}
    assert (rules["P11"].points, rules["P11"].source) == (Decimal("21.6"), "人工核定")
    assert rules["P31"].points == Decimal("8.0")
    assert rules["P11"].objection is not None
    assert rules["P11"].objection.state == "upheld"
    assert PointsScore.objects.get(case=case).rule == "P11"
    assert [m.template for m in notifier.messages][-1] == "points_settled"
    assert Event.objects.filter(case=case, kind="points.objected").exists()


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_points_in_expressions_read_what_people_found(
    register: FakeRegister, departments: FakeDepartments, staff: Account
) -> None:
    from bundles.rules import UNKNOWN, evaluate

    case = school.filed(register, 1, bonus=("honour",))
    scoring.compute_due()
    case = Case.objects.select_related("applicant").get(pk=case.pk)
    assert evaluate("points()", forms.scope(facts.context_of(case))) is UNKNOWN
    scoring.score(case.pk, "P43", Decimal(4), "证书齐全", by=staff)
    assert evaluate("points()", forms.scope(facts.context_of(case))) == Decimal("62.0")


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_a_family_without_a_points_item_has_no_sheet(register: FakeRegister, departments: FakeDepartments) -> None:
    case = school.filed(register, 1, guidance={"child_kind": "local_house"})
    assert not PointsSheet.objects.filter(pk=case.pk).exists()
    assert points_of(case) is None
