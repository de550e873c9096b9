"""Occasions at which other parts of the engine have a say, so that the path of a case itself stays short.

Each list names functions by path; they are resolved at their first use, because they may use the engine themselves.
All but `ON_SWEEP` run inside the transaction that holds the case locked, and must not leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.module_loading import import_string

from bundles import forms
from bundles.spec import Item
from cases.models import Case, SubApplication
from cases.ports import Answer

# (case, context, selection): raises NotReady or NotEligible where the case cannot be handed in.
BEFORE_HANDING_IN: tuple[str, ...] = (
    "applying.windows.check",
    "applying.stages.check",
    "applying.intake.check_constraints",
    "applying.intake.claim",
    "batches.rosters.check_before_handing_in",
    "batches.confirming.check_before_handing_in",
    "fees.prepaying.check_paid",
)
# (case, subs): the case was received, its sub-applications stand; what has to be there from the start is made.
AFTER_FILING: tuple[str, ...] = (
    "applying.stages.begin",
    "batches.scoring.begin",
    "batches.confirming.note_filed",
    "fees.charging.write_down",
    "engine.watching.begin",
    "papers.deferrals.note_owed",
    "papers.commitments.keep_signed",
    "registers.disputes.note_disputes",
)
# (case, sub, item) -> Closed | None: everything upstream is there; may it be released now?
BEFORE_RELEASE: tuple[str, ...] = ("batches.allocation.gate", "fees.charging.gate")
# (case, subs, sub, item): it is with its department now, or on the department's worklist.
AFTER_SENDING: tuple[str, ...] = ("scheduling.appointments.wait_for_visitor", "delivery.upstream_notes.tell")
# (case, subs, sub, answer) -> str: the reason code why an approval must wait before it takes effect, "" for none.
BEFORE_APPROVAL: tuple[str, ...] = (
    "scheduling.replanning.others_have_not_agreed",
    "fees.charging.holds",
    "papers.deferrals.reason_to_wait",
    "licences.originals.reason_to_wait",
    "engine.binding.reason_to_hold",  # the last: who waits for nothing but the other one sets the other one free
)
# (case, subs, sub): a sub-application has become final; new ones may be appended to `subs`.
AFTER_FINAL: tuple[str, ...] = (
    "engine.adding.spread_out",
    "engine.merging.late_answer",
    "applying.stages.open_next",
    "batches.scoring.look_again",
    "scheduling.replanning.settle_when_agreed",
    "proactive.recurring.begin_after_approval",
    "engine.holding.drop",
    "deciding.consulting.drop_with_item",
    "engine.binding.call_off_partners",
    "batches.roster_rounds.begin_when_checked",
    "fees.charging.after_final",
    "papers.deferrals.drop_what_nobody_needs",
    "papers.commitments.plan_checks",
    "desk.letters.close_with_task",
    "desk.task_files.give_with_result",
)
# (case, subs) -> bool: nothing goes on without the applicant.
WAITS_FOR_APPLICANT: tuple[str, ...] = (
    "fees.charging.waits",
    "papers.deferrals.someone_owes",
    "licences.originals.waits",
)
# (case, subs): everything that could go on has gone on; the state of the case is about to follow.
BEFORE_SETTLING: tuple[str, ...] = (
    "supplementing.collecting.send_if_all_spoke",
    "fees.charging.stand_still",
    "fees.charging.tell_due",
)
# (case, subs) -> bool: the case is not over although all its items are.
KEEPS_OPEN: tuple[str, ...] = ("batches.roster_rounds.keeps_open",)
# () -> int: a round of its own in every turn of the pump and every sweep: what should follow within moments.
ON_PUMP: tuple[str, ...] = ("fees.charge_rounds.price_wanted", "fees.refunds.carry_refunds")
# () -> int: a round of its own in every sweep; how many steps were done. `engine.due` knows when it has some to do.
ON_SWEEP: tuple[str, ...] = (
    "batches.scoring.compute_due",
    "batches.placing.tell_publicity",
    "batches.placing.settle_published",
    "proactive.recurring_rounds.tend",
    "deciding.consulting.close_overdue",
    "deadlines.procedures.tell_of_overruns",
    "batches.roster_rounds.carry_on",
    "proactive.searching.carry_on",
    "proactive.matching.carry_on",
    "fees.charge_rounds.look_at_due",
    "fees.payments.ask_open_orders",
    "fees.prepaying.end_abandoned",
    "supplementing.notice_terms.look_at_due",
    "engine.watching.look_round",
    "scheduling.appointments.tend",
    "deadlines.reminding.remind_round",
    "deadlines.deeming.accept_the_silent",
    "deadlines.calendar_rounds.recount",
    "registers.errands.carry",
    "licences.keeping.expire",
    "papers.deferrals.look_at_owed",
    "papers.commitments.call_for_checks",
    "registers.late.look_round",
    "registers.disputes.call_for_answers",
    "dialogue.rating.look_at_repairs",
    "dialogue.rating.invite_round",
    "dialogue.stuck.look_round",
    "desk.attention_rounds.look_round",
    "engine.home_tallies.count_for_home",
    "engine.heartbeats.look_round",
    "deadlines.escalating.escalate",
    "desk.digests.write_digests",
    "desk.staff_mail.carry",
    "dialogue.messaging.look_round",
    "dialogue.inquiring.call_for_answers",
    "desk.tallies.count_long_lists",
    "delivery.quarantine.set_apart",
    "delivery.arrivals.apply_late",
    "engine.tidying.tidy_up",
)
# (case, subs): the case has just been concluded or withdrawn as a whole.
AFTER_CLOSING: tuple[str, ...] = ("deciding.documents.put_the_end_in_writing",)


@dataclass(frozen=True, slots=True)
class Closed:
    """Why something that could start does not start yet: a code, a sentence for people, when to look again."""

    code: str
    text: str
    until: datetime | None = None


@cache
def _of(paths: tuple[str, ...]) -> tuple[Callable[..., Any], ...]:
    return tuple(import_string(f"cases.actions.{path}") for path in paths)


def load() -> None:
    """Resolve everything that is named here."""
    for paths in (
        BEFORE_HANDING_IN, AFTER_FILING, BEFORE_RELEASE, AFTER_SENDING, BEFORE_APPROVAL, AFTER_FINAL,
        WAITS_FOR_APPLICANT, BEFORE_SETTLING, KEEPS_OPEN, ON_PUMP, ON_SWEEP, AFTER_CLOSING,
    ):  # fmt: skip
        _of(paths)


def before_handing_in(case: Case, context: forms.Context, selection: forms.Selection) -> None:
    for check in _of(BEFORE_HANDING_IN):
        check(case, context, selection)


def after_filing(case: Case, subs: list[SubApplication]) -> None:
    for act in _of(AFTER_FILING):
        act(case, subs)


def closed_gate(case: Case, sub: SubApplication, item: Item) -> Closed | None:
    """The first gate that keeps a sub-application from being released, None where all are open."""
    found = (gate(case, sub, item) for gate in _of(BEFORE_RELEASE))
    return next((closed for closed in found if closed is not None), None)


def after_sending(case: Case, subs: list[SubApplication], sub: SubApplication, item: Item) -> None:
    for act in _of(AFTER_SENDING):
        act(case, subs, sub, item)


def reason_to_hold(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer) -> str:
    """Why an approval must wait, "" where it takes effect at once."""
    found: Iterable[str] = (ask(case, subs, sub, answer) for ask in _of(BEFORE_APPROVAL))
    return next((reason for reason in found if reason), "")


def after_final(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    for act in _of(AFTER_FINAL):
        act(case, subs, sub)


def waits_for_applicant(case: Case, subs: list[SubApplication]) -> bool:
    return any(ask(case, subs) for ask in _of(WAITS_FOR_APPLICANT))


def before_settling(case: Case, subs: list[SubApplication]) -> None:
    for act in _of(BEFORE_SETTLING):
        act(case, subs)


def keeps_open(case: Case, subs: list[SubApplication]) -> bool:
    return any(ask(case, subs) for ask in _of(KEEPS_OPEN))


def after_closing(case: Case, subs: list[SubApplication]) -> None:
    for act in _of(AFTER_CLOSING):
        act(case, subs)


def on_sweep() -> Mapping[str, Callable[[], int]]:
    """The rounds of a sweep by their paths, in their order."""
    return dict(zip(ON_SWEEP, _of(ON_SWEEP), strict=True))


def on_pump() -> Mapping[str, Callable[[], int]]:
    """The rounds of a turn of the pump by their paths, in their order."""
    return dict(zip(ON_PUMP, _of(ON_PUMP), strict=True))
