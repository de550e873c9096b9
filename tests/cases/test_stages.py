"""Stages that open one after the other from the same case (行政许可法 第二十六条: one application a stage)."""

from __future__ import annotations

from copy import deepcopy

import pytest

from bundles import forms
from bundles.forms.stages import closed_items
from bundles.spec import BundleSpec, load
from cases.actions.applying import filing
from cases.actions.delivery import dispatch
from cases.errors import NotReady
from cases.models import Case, Event, SubApplication
from cases.queries import case_page, task_list
from portal.accounts.models import Account
from tests.factories import construction, library
from tests.factories.doubles import FakeDepartments, FakeRegister, RecordingNotifier


def selection(spec: BundleSpec, guidance: dict[str, object], results: dict[str, dict[str, object]]) -> forms.Selection:
    class Known:
        def get(self, item: str, field: str, row: forms.Row | None) -> object:
            from bundles.rules import UNKNOWN

            return results.get(item, {}).get(field, UNKNOWN)

    from django.utils import timezone

    answers = {"guidance": {**construction.GUIDANCE, **guidance}, "fields": {}}
    return forms.select(
        forms.Context(spec=spec, registry=library.registry(), answers=answers, now=timezone.now(), results=Known())
    )


def test_a_stage_waits_for_the_result_it_names() -> None:
    spec = library.spec("GCJS")
    first = selection(spec, {}, {})
    assert first.items == ("PROJECT_RECORD", "SITE_OPINION", "LAND_PLAN")
    assert {"DESIGN_REVIEW", "PROJECT_PLAN", "CONSTR_PERMIT", "JOINT_ACCEPT"} <= set(first.later)
    assert "s_st2" not in first.sections
    second = selection(spec, {}, {"LAND_PLAN": {"permit_no": "地字1号"}})
    assert {"DESIGN_REVIEW", "PROJECT_PLAN"} <= set(second.items)
    assert "CONSTR_PERMIT" in second.later


def test_a_stage_that_waits_for_an_item_not_in_the_case_opens_with_the_one_before() -> None:
    own_land = selection(library.spec("GCJS"), {"land_kind": "own"}, {})
    assert {"PROJECT_RECORD", "DESIGN_REVIEW", "PROJECT_PLAN"} <= set(own_land.items)
    assert "CONSTR_PERMIT" in own_land.later


def test_stages_without_a_condition_are_headings_only() -> None:
    spec = library.spec("DXSCB")
    assert closed_items(spec, {}, [item.id for item in spec.items], None) == frozenset()  # type: ignore[arg-type]


def test_a_stage_closed_for_good_stays_closed() -> None:
    document = deepcopy(library.document("GCJS"))
    document["stages"][1]["open_when"] = False
    chosen = selection(load(document), {}, {"LAND_PLAN": {"permit_no": "地字1号"}})
    assert "DESIGN_REVIEW" in chosen.later


@pytest.fixture
def owner(db: None, register: FakeRegister, departments: FakeDepartments) -> Account:
    construction.known(register, departments)
    return construction.owner()


@pytest.fixture
def first_stage(owner: Account) -> Case:
    return construction.first_stage(owner)


def fresh(case: Case) -> Case:
    return Case.objects.select_related("applicant").get(pk=case.pk)


def states(case: Case) -> dict[str, str]:
    return dict(SubApplication.objects.filter(case=case).values_list("item_id", "state"))


def test_only_the_open_stage_is_filed_and_the_rest_stands_on_the_page(first_stage: Case) -> None:
    assert set(states(first_stage)) == {"PROJECT_RECORD", "SITE_OPINION", "LAND_PLAN"}
    assert first_stage.answers["stages"] == ["ST1"]
    assert "CONSTR_PERMIT" in first_stage.answers["later"]


def test_a_stage_that_is_not_open_cannot_be_filed(owner: Account, first_stage: Case) -> None:
    with pytest.raises(NotReady, match="“施工许可阶段”还不能申报"):
        filing.file_later(first_stage.pk, ["CONSTR_PERMIT"], by=owner.actor)
    assert "CONSTR_PERMIT" not in states(fresh(first_stage))


def test_four_stages_are_filed_from_one_case_to_its_end(
    owner: Account, first_stage: Case, departments: FakeDepartments, notifier: RecordingNotifier
) -> None:
    case = first_stage
    dispatch.pump()
    for number, sections in ((2, construction.STAGE_2), (3, construction.STAGE_3), (4, construction.STAGE_4)):
        case = fresh(case)
        stage = library.spec("GCJS").stages[number - 1]
        assert stage.id in case.answers["stages"], states(case)
        assert {s.id for s in task_list(case).sections} >= set(sections)
        construction.fill(case, owner, sections)
        construction.everybody_agrees(fresh(case))
        due = [item for item in stage.items if item in fresh(case).answers["later"]]
        filing.file_later(case.pk, due, by=owner.actor)
        dispatch.pump()
    case = fresh(case)
    assert (case.state, case.outcome) == ("concluded", "all"), states(case)
    assert case.answers["later"] == []
    opened = Event.objects.filter(case=case, kind="stage.opened").order_by("seq")
    assert [event.facts["stage"] for event in opened] == ["ST2", "ST3", "ST4"]
    told = [message for message in notifier.messages if message.template == "stage_opened"]
    assert told[0].values["stage"] == "工程建设许可阶段"
    assert "下一阶段可以申报了：竣工验收阶段" in [entry.text for entry in case_page(case).timeline]
