"""A case under random acts of everybody, legal and not: what must hold does, after every step.

No transition outside the drawing; due days are what the ledger says; nothing waits for nobody; history is sound and
tells the very states the case is in.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django_fsm.signals import post_transition
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.actions.applying import withdrawal
from cases.actions.deadlines import limits
from cases.actions.delivery import dispatch
from cases.actions.engine import events, sweep
from cases.actions.engine.locking import lock_subs
from cases.actions.supplementing import supplements
from cases.errors import CaseError
from cases.models import Attention, Case, Delivery, Event, Pause, SubApplication
from cases.ports import Answer, Callback, Reason
from cases.queries import silent_rows
from cases.states import CASE_OPEN, SUB_FINAL
from portal.accounts.models import Account
from tests.architecture.test_states import drawn
from tests.factories import newborn
from tests.factories.callbacks import called_back
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
ITEMS = ("BIRTH_CERT", "VACCINE_BOOK", "HUKOU", "MI_JOIN", "SBK", "MATERNITY_PAY")
SAID = (
    "received", "accepted", "special_procedure", "special_procedure_ended", "supplement", "approved", "rejected",
    "not_accepted", "withdrawn",
)  # fmt: skip
AFTER = {
    "item.released": {"ready"},
    "item.dispatched": {"dispatched"},
    "item.received": {"received"},
    "item.accepted": {"accepted"},
    "item.deemed_accepted": {"accepted"},
    "item.procedure_began": {"special_procedure"},
    "item.procedure_ended": {"accepted"},
    "item.supplement_requested": {"supplement_requested"},
    "item.supplemented": {"dispatched", "ready"},
    "item.supplement_taken_back": {"dispatched", "ready"},
    "item.approved": {"approved"},
    "item.rejected": {"rejected"},
    "item.not_accepted": {"not_accepted"},
    "item.withdrawn": {"withdrawn"},
    "item.cancelled": {"cancelled"},
    "item.lapsed": {"lapsed"},
}

department_says = st.tuples(st.just("says"), st.sampled_from(ITEMS), st.sampled_from(SAID), st.integers(0, 6))
time_passes = st.tuples(st.just("passes"), st.integers(1, 9), st.none(), st.none())
others = st.tuples(
    st.sampled_from(["withdraw_item", "withdraw_all", "go_on", "stop", "answer", "repeat"]),
    st.sampled_from(ITEMS), st.none(), st.none(),
)  # fmt: skip
acts = st.lists(st.one_of(department_says, department_says, time_passes, others), min_size=3, max_size=8)


class World:
    """One case, and everybody who acts on it."""

    def __init__(self, case: Case, applicant: Account) -> None:
        self.case, self.applicant = case, applicant
        self.last: Callback | None = None

    def sub(self, item: str) -> SubApplication | None:
        return SubApplication.objects.filter(case=self.case, item_id=item).first()

    def act(self, kind: str, what: Any, status: Any, seq: Any, clock: Any) -> None:
        """One act; a refusal with a sentence is an answer, anything else is a fault."""
        try:
            if kind == "passes":
                clock.shift(timedelta(days=what))
            elif kind == "says":
                self._says(what, status, seq)
            elif kind == "repeat" and self.last is not None:
                called_back(self.last)
            elif kind != "repeat":
                self._applicant(kind, what)
        except CaseError as refusal:
            assert refusal.message
        dispatch.pump()
        sweep.sweep()
        dispatch.pump()

    def _says(self, item: str, status: str, seq: int) -> None:
        sub = self.sub(item)
        filed = Delivery.objects.filter(sub=sub, purpose="file").first() if sub else None
        if sub is None or filed is None:
            return
        reasons = (
            (Reason("S1", "head_id", "请核对户主"),) if status in ("supplement", "rejected", "not_accepted") else ()
        )
        result = newborn.RESULTS.get(item, {}) if status == "approved" else {}
        about = {"procedure": "调查核实", "expected_days": 3, "in_clock": False} if "procedure" in status else {}
        answer = Answer(sub.pk, status, receipt_no="X-1", seq=seq, reasons=reasons, result=result, **about)
        self.last = Callback(sub.department, uuid4().hex, str(filed.key), b"{}", {}, answer)
        called_back(self.last)

    def _applicant(self, kind: str, item: str) -> None:
        sub, by = self.sub(item), self.applicant.actor
        does: dict[str, Callable[[], Any]] = {
            "withdraw_item": lambda: withdrawal.withdraw_item(sub.pk, by=by, reason="") if sub else None,
            "withdraw_all": lambda: withdrawal.withdraw_case(self.case.pk, by=by, reason=""),
            "go_on": lambda: withdrawal.choose(sub.pk, True, by=by) if sub else None,
            "stop": lambda: withdrawal.choose(sub.pk, False, by=by) if sub else None,
            "answer": lambda: supplements.answer(self.case.pk, by=by),
        }
        does[kind]()

    def check(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        subs = lock_subs(case)
        _due_days_are_the_ledgers(case, subs)
        _nothing_waits_for_nobody(case, subs)
        _history_tells_the_states(case, subs)


def _due_days_are_the_ledgers(case: Case, subs: list[SubApplication]) -> None:
    before = [(sub.due_on, sub.statutory_due_on) for sub in subs]
    limits.recompute(case, subs, reason="check")
    assert [(sub.due_on, sub.statutory_due_on) for sub in subs] == before
    for sub in subs:
        open_ones = Pause.objects.filter(sub=sub, ended_at=None)
        assert not (sub.state in SUB_FINAL and open_ones.exists()), "a clock stands although the item has ended"


def _nothing_waits_for_nobody(case: Case, subs: list[SubApplication]) -> None:
    assert silent_rows() == ()
    if case.state in CASE_OPEN:
        assert any(sub.state not in SUB_FINAL for sub in subs)
        told = Attention.objects.filter(case=case, closed_at=None).exists()
        assert case.next_at is not None or told
    else:
        assert all(sub.state in SUB_FINAL for sub in subs)


def _history_tells_the_states(case: Case, subs: list[SubApplication]) -> None:
    assert events.broken_link(case) is None
    told: dict[Any, set[str]] = {sub.pk: {"waiting"} for sub in subs}
    for event in Event.objects.filter(case=case).order_by("seq"):
        if event.sub_id in told and event.kind in AFTER:
            told[event.sub_id] = AFTER[event.kind]
    assert [sub.item_id for sub in subs if sub.state not in told[sub.pk]] == []


@pytest.fixture
def transitions() -> Any:
    """Every transition that happens, as (machine, source, target, name)."""
    seen: list[tuple[str, str, str, str]] = []

    def note(sender: Any, name: str, source: str, target: str, **_: Any) -> None:
        seen.append((sender.__name__, str(source), str(target), name))

    post_transition.connect(note)
    yield seen
    post_transition.disconnect(note)


@pytest.mark.timeout(300)
@settings(
    max_examples=int(os.environ.get("MODEL_EXAMPLES", "8")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=acts)
def test_whatever_everybody_does_the_case_stays_sound(
    steps: list[tuple[Any, ...]],
    lin: Account,
    chen: Account,
    departments: FakeDepartments,
    transitions: list[tuple[str, str, str, str]],
) -> None:
    allowed = {("Case", *arrow) for arrow in drawn("Case")} | {
        ("SubApplication", *arrow) for arrow in drawn("Sub-application")
    }
    departments.say("received")
    with time_machine.travel("2026-11-23T09:00:00+08:00", tick=True) as clock:
        world = World(newborn.submitted(lin, chen), lin)
        dispatch.pump()
        for kind, what, status, seq in steps:
            world.act(kind, what, status, seq, clock)
            world.check()
    assert {arrow for arrow in transitions if arrow not in allowed} == set()
