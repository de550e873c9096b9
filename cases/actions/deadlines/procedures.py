"""Special procedures (特别程序): begun and ended on the ledger, told in writing with the time they need.

行政许可法 第四十五条: hearing, tender, test, inspection, expert review do not count; how long they take is told in
writing. Whether one stops the clock is the item's to declare (`in_clock`); one at a time, none inside another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bundles import forms, queries
from bundles.rules import evaluate
from bundles.spec import Duration, Item, Special
from cases import clock, notices
from cases.actions.deadlines import limits
from cases.actions.deciding import documents
from cases.actions.deciding.consulting import ask_everybody, drop_open
from cases.actions.delivery.bodies import row_of
from cases.actions.desk import attention
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of
from cases.actions.registers.facts import context_of
from cases.models import Attention, Case, Pause, SubApplication
from cases.ports import Actor, Answer
from cases.queries.picture import duration_words
from cases.states import SubState

NAME_LENGTH = 64
KINDS = (Pause.Kind.PROCEDURE, Pause.Kind.PUBLICITY)
PUBLICITY_WORDS = ("公示", "公告")
OVERRUNS_A_ROUND = 50


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure about to begin: its id or name, whether the clock runs on, how long, when that is over."""

    about: str
    name: str
    in_clock: bool
    takes: Duration | None
    expected_on: date | None
    declared: Special | None

    @property
    def kind(self) -> Pause.Kind:
        is_public = any(word in self.name for word in PUBLICITY_WORDS)
        return Pause.Kind.PUBLICITY if is_public else Pause.Kind.PROCEDURE


def begin(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, *, by: Actor) -> None:
    """Begin what the department names, told in writing with the time it needs. 行政许可法 第四十五条.

    Begins nothing while another procedure runs: none inside another (不得嵌套重复).
    """
    if sub.state == SubState.SPECIAL_PROCEDURE:
        return
    chosen = _procedure(case, sub, answer)
    sub.begin_procedure(name=chosen.name)
    sub.save(update_fields=["state", "procedure"])
    record(
        case,
        "item.procedure_began",
        by=by,
        sub=sub,
        procedure=chosen.name,
        expected_days=int(chosen.takes.n) if chosen.takes else None,
        expected_on=str(chosen.expected_on or ""),
        in_clock=chosen.in_clock,
    )
    limits.pause(
        case,
        subs,
        sub,
        chosen.kind,
        about=chosen.about,
        reason=chosen.name,
        in_clock=chosen.in_clock,
        expected_on=chosen.expected_on,
        by=by,
    )
    _tell(case, sub, chosen, by)
    if chosen.declared is not None and chosen.declared.consult:
        ask_everybody(case, sub, chosen.declared, due_on=chosen.expected_on, by=by)


def end(case: Case, subs: list[SubApplication], sub: SubApplication, *, by: Actor) -> None:
    """The procedure is over: the clock runs on, what was asked of others for it lapses."""
    if sub.state != SubState.SPECIAL_PROCEDURE:
        return
    name = sub.procedure
    sub.end_procedure()
    sub.save(update_fields=["state", "procedure"])
    record(case, "item.procedure_ended", by=by, sub=sub, procedure=name)
    for kind in KINDS:
        limits.resume(case, subs, sub, kind, by=by)
    drop_open(case, sub, of_procedure=True)
    attention.close(case, Attention.Reason.OVERRUN, sub=sub)


def tell_of_overruns() -> int:
    """Procedures that take longer than was told in writing: a person looks after them. 行政许可法 第四十五条."""
    late = Pause.objects.filter(kind__in=KINDS, ended_at=None, expected_on__lt=timezone.localdate())
    late = late.filter(sub__state=SubState.SPECIAL_PROCEDURE)
    late = late.exclude(sub__attentions__in=Attention.objects.filter(reason=Attention.Reason.OVERRUN, closed_at=None))
    name, columns = "deadlines.procedures.tell_of_overruns", ("sub_id", "about")
    late = late.order_by("expected_on")
    return rounds.each(name, late, _tell_of_overrun, *columns, case="sub__case_id", limit=OVERRUNS_A_ROUND)


@transaction.atomic
def _tell_of_overrun(pause_id: UUID, sub_id: UUID, about: str) -> None:
    case, sub = lock_case_of(sub_id)
    if sub.state == SubState.SPECIAL_PROCEDURE:
        attention.raise_attention(case, Attention.Reason.OVERRUN, sub=sub, detail=about)


def declared(item: Item, name: str) -> Special | None:
    """The procedure of the item that a department means, by its id or its name."""
    return next((one for one in item.decision.special if name in (one.id, one.zh)), None)


def _procedure(case: Case, sub: SubApplication, answer: Answer) -> Procedure:
    """What the answer says; where it is silent, what the item declares."""
    item = queries.version(case.bundle_version_id).spec.item(sub.item_id)
    known = declared(item, answer.procedure)
    stated = known.in_clock if known else True
    takes = _duration(case, sub, known, answer.expected_days)
    return Procedure(
        about=(known.id if known else answer.procedure)[:NAME_LENGTH],
        name=(known.zh or known.id if known else answer.procedure)[:NAME_LENGTH],
        in_clock=stated if answer.in_clock is None else answer.in_clock,
        takes=takes,
        expected_on=_over_on(case, takes, timezone.now()) if takes else None,
        declared=known,
    )


def _duration(case: Case, sub: SubApplication, known: Special | None, stated: int | None) -> Duration | None:
    """Days as the department said, else as the item computes or bounds them; working days where nothing says so."""
    unit = known.max.unit if known and known.max else "workday"
    days: Any = stated
    if days is None and known is not None and known.expr_days:
        days = _computed(case, sub, known.expr_days)
    if days is None:
        return known.max if known else None
    return Duration(n=float(days), unit=unit)


def _computed(case: Case, sub: SubApplication, expression: str) -> int | None:
    context = context_of(case)
    value = evaluate(expression, forms.scope(context, forms.select(context), row=row_of(sub)))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number else None  # type: ignore[call-overload]


def _over_on(case: Case, takes: Duration, start: datetime) -> date:
    return clock.due(timezone.localtime(start), takes, limits.calendar_of(case)).on


def _tell(case: Case, sub: SubApplication, chosen: Procedure, by: Actor) -> None:
    values = {
        "procedure": chosen.name,
        "expected": duration_words(chosen.takes) if chosen.takes else "",
        "in_clock": chosen.in_clock,
    }
    documents.issue(case, "special_procedure", sub=sub, values=values, by=by)
    notices.procedure_begun(case, sub, in_clock=chosen.in_clock)
