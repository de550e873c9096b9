"""Quotas of interfaces: counted in the database, and over them a question is not put."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from bundles import kept
from bundles.models import Interface
from cases.ports import Query
from integrations import quotas
from integrations.models import QuotaUse, RegisterCall
from integrations.registers.http import HttpRegister
from integrations.sharing import Question

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 4, 0, 30, tzinfo=UTC)


def questions(
    number: int, *, code: str = "POP_BASIC", per_minute: int | None = 3, per_day: int | None = None
) -> list[Question]:
    query = Query("api", code, (("id_no", "1"),), "办理")
    return [Question(query, "GA", None, None, per_minute, per_day) for _ in range(number)]  # type: ignore[arg-type]


def test_as_many_as_allowed_pass_and_no_more() -> None:
    with time_machine.travel(NOON, tick=False):
        assert quotas.used_up(questions(3)) == frozenset()
        assert quotas.used_up(questions(1)) == {"POP_BASIC"}
        assert QuotaUse.objects.get(span="minute").used == 3  # a refusal uses nothing up


def test_the_next_minute_begins_anew_and_the_day_does_not() -> None:
    with time_machine.travel(NOON, tick=False):
        assert quotas.used_up(questions(3, per_day=4)) == frozenset()
    with time_machine.travel(NOON.replace(minute=1), tick=False):
        assert quotas.used_up(questions(1, per_day=4)) == frozenset()
        assert quotas.used_up(questions(1, per_day=4)) == {"POP_BASIC"}


def test_an_interface_without_numbers_is_not_counted() -> None:
    assert quotas.used_up(questions(50, per_minute=None)) == frozenset()
    assert not QuotaUse.objects.exists()


def test_one_code_over_its_number_stops_no_other() -> None:
    with time_machine.travel(NOON, tick=False):
        batch = questions(4) + questions(2, code="HUKOU_INFO")
        assert quotas.used_up(batch) == {"POP_BASIC"}


def test_over_the_quota_is_no_answer_with_a_reason_and_nothing_is_sent() -> None:
    """政务数据共享条例 (国令809号): within the terms of the department that shares."""
    Interface.objects.filter(code="POP_BASIC").update(per_minute=0)
    kept.recheck()
    query = Query("api", "POP_BASIC", (("name", "林"), ("id_no", "1")), "办理", consent_id="c")
    (finding,) = HttpRegister().look_up([query], budget_s=1)
    assert (finding.outcome, finding.reason) == ("unavailable", "quota")
    assert RegisterCall.objects.get().outcome == "unavailable"
    kept.forget()


def test_old_counts_are_dropped() -> None:
    with time_machine.travel(NOON, tick=False):
        quotas.used_up(questions(1))
    with time_machine.travel(NOON.replace(day=25), tick=False):
        assert quotas.forget_old() == 1
