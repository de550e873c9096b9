"""What registers suggest for situation questions, through the API: to look at, with its source and day, no answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Case, DataCall
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, FakeRegister
from tests.portal.api.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known(known_family: None, register: FakeRegister, licences: FakeLicences) -> None:
    newborn.know_the_situation(register, licences)


def begun(lin: Caller, **more: Any) -> dict[str, Any]:
    answer = lin.post("/drafts/", {"bundle": "XSECS", "sensitive": True, **more})
    assert answer.status_code == 201
    draft: dict[str, Any] = answer.json()
    return draft


def by_question(draft: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["question"]: one for one in draft["suggestions"]}


def test_they_come_with_value_source_and_day(lin: Caller) -> None:
    found = by_question(begun(lin))
    assert {name: one["value"] for name, one in found.items()} == {
        "born_at": "hospital", "marital": "married", "maternity": "employee", "has_reg": "yes",
    }  # fmt: skip
    assert (found["marital"]["source"], found["marital"]["is_whole"]) == ("婚姻登记信息", True)
    for one in found.values():
        assert datetime.fromisoformat(one["as_of"]) <= timezone.now()


def test_none_is_an_answer_until_it_is_sent_back(lin: Caller) -> None:
    draft = begun(lin)
    assert draft["guidance"] == {} and Case.objects.get(pk=draft["id"]).answers["guidance"] == {}
    assert "guidance.marital" in {fault["path"] for fault in draft["faults"]}
    place = f"/drafts/{draft['id']}/"
    after = lin.patch(place, {"guidance": {"marital": "single_mother"}}).json()
    assert after["guidance"] == {"marital": "single_mother"}, "whoever knows better says otherwise"
    assert "marital" not in by_question(after) and "born_at" in by_question(after)
    chosen = {name: one["value"] for name, one in by_question(after).items()}
    assert lin.patch(place, {"guidance": chosen}).json()["guidance"] == {"marital": "single_mother"} | chosen


def test_while_the_situation_is_open_nothing_else_is_asked(lin: Caller) -> None:
    """个人信息保护法 第六条: no more is looked up than what is needed now."""
    draft = begun(lin)
    asked = set(DataCall.objects.filter(case_id=draft["id"]).values_list("code", flat=True))
    assert {"MARRIAGE_INFO", "DELIVERY_INFO"} <= asked and "HUKOU_INFO" not in asked
    assert "mother_hukou" not in draft["values"]
    draft = lin.patch(f"/drafts/{draft['id']}/", {"guidance": newborn.GUIDANCE}).json()
    assert draft["values"]["mother_hukou"] and draft["suggestions"] == []


def test_a_register_that_is_silent_suggests_nothing(lin: Caller, register: FakeRegister) -> None:
    register.silent.add("MARRIAGE_INFO")
    draft = begun(lin)
    assert "marital" not in by_question(draft) and "born_at" in by_question(draft)


def test_what_is_sensitive_is_read_only_after_a_yes_of_its_own(lin: Caller) -> None:
    """个人信息保护法 第二十九条: sensitive personal information needs a separate consent."""
    with_yes, without = begun(lin), begun(lin, sensitive=False)
    calls = DataCall.objects.filter(case_id=without["id"]).values_list("code", flat=True)
    assert "born_at" in by_question(with_yes) and "born_at" not in by_question(without)
    assert "DELIVERY_INFO" not in calls and "MARRIAGE_INFO" in calls


def test_they_are_the_owners_alone(lin: Caller, everybody_else: dict[str, Caller]) -> None:
    draft = begun(lin)
    codes = {who: one.get(f"/drafts/{draft['id']}/").status_code for who, one in everybody_else.items()}
    assert set(codes.values()) <= {403, 404}, codes
