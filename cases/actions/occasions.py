"""Occasions at which other parts of the engine have a say, so that the path of a case itself stays short.

Each list names functions by path; they are resolved at their first use, because they may use the engine themselves.
All but `ON_SWEEP` run inside the transaction that holds the case locked, and must not leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    "windows.check",
    "stages.check",
    "intake.check_constraints",
    "intake.claim",
    "rosters.check_before_handing_in",
    "confirming.check_before_handing_in",
    "prepaying.check_paid",
)
# (case, subs): the case was received, its sub-applications stand; what has to be there from the start is made.
AFTER_FILING: tuple[str, ...] = (
    "stages.begin",
    "scoring.begin",
    "confirming.note_filed",
    "charging.write_down",
    "watching.begin",
    "deferrals.note_owed",
    "commitments.keep_signed",
    "disputes.note_disputes",
)
# (case, sub, item) -> Closed | None: everything upstream is there; may it be released now?
BEFORE_RELEASE: tuple[str, ...] = ("allocation.gate", "charging.gate")
# (case, subs, sub, item): it is with its department now, or on the department's worklist.
AFTER_SENDING: tuple[str, ...] = ("appointments.wait_for_visitor", "upstream_notes.tell")
# (case, subs, sub, answer) -> str: the reason code why an approval must wait before it takes effect, "" for none.
BEFORE_APPROVAL: tuple[str, ...] = (
    "replanning.others_have_not_agreed",
    "charging.holds",
    "deferrals.reason_to_wait",
    "licences.originals.reason_to_wait",
    "binding.reason_to_hold",  # the last: who waits for nothing but the other one sets the other one free
)
# (case, subs, sub): a sub-application has become final; new ones may be appended to `subs`.
AFTER_FINAL: tuple[str, ...] = (
    "adding.spread_out",
    "merging.late_answer",
    "stages.open_next",
    "scoring.look_again",
    "replanning.settle_when_agreed",
    "recurring.begin_after_approval",
    "holding.drop",
    "consulting.drop_with_item",
    "binding.call_off_partners",
    "roster_rounds.begin_when_checked",
    "charging.after_final",
    "deferrals.drop_what_nobody_needs",
    "commitments.plan_checks",
    "letters.close_with_task",
    "task_files.give_with_result",
)
# (case, subs) -> bool: nothing goes on without the applicant.
WAITS_FOR_APPLICANT: tuple[str, ...] = ("charging.waits", "deferrals.someone_owes", "licences.originals.waits")
# (case, subs): everything that could go on has gone on; the state of the case is about to follow.
BEFORE_SETTLING: tuple[str, ...] = ("collecting.send_if_all_spoke", "charging.stand_still", "charging.tell_due")
# (case, subs) -> bool: the case is not over although all its items are.
KEEPS_OPEN: tuple[str, ...] = ("roster_rounds.keeps_open",)
# () -> int: a round of its own in every turn of the pump: what should follow within moments.
ON_PUMP: tuple[str, ...] = ("charge_rounds.price_wanted", "refunds.carry_refunds")
# () -> int: a round of its own in every sweep; how many steps were done.
ON_SWEEP: tuple[str, ...] = (
    "scoring.compute_due",
    "placing.tell_publicity",
    "placing.settle_published",
    "recurring_rounds.tend",
    "consulting.close_overdue",
    "procedures.tell_of_overruns",
    "roster_rounds.carry_on",
    "searching.carry_on",
    "matching.carry_on",
    "charge_rounds.look_at_due",
    "payments.ask_open_orders",
    "prepaying.end_abandoned",
    "notice_terms.look_at_due",
    "watching.look_round",
    "appointments.tend",
    "reminding.remind_round",
    "deeming.accept_the_silent",
    "calendar_rounds.recount",
    "errands.carry",
    "licences.keeping.expire",
    "deferrals.look_at_owed",
    "commitments.call_for_checks",
    "late.look_round",
    "disputes.call_for_answers",
    "rating.look_at_repairs",
    "rating.invite_round",
    "stuck.look_round",
    "attention_rounds.look_round",
    "home_tallies.count_for_home",
    "heartbeats.look_round",
    "escalating.escalate",
    "digests.write_digests",
    "staff_mail.carry",
    "messaging.look_round",
    "inquiring.call_for_answers",
    "tallies.count_long_lists",
    "quarantine.set_apart",
    "arrivals.apply_late",
    "tidying.tidy_up",
)
# (case, subs): the case has just been concluded or withdrawn as a whole.
AFTER_CLOSING: tuple[str, ...] = ("documents.put_the_end_in_writing",)


@dataclass(frozen=True, slots=True)
class Closed:
    """Why something that could start does not start yet: a code, a sentence for people, when to look again."""

    code: str
    text: str
    until: datetime | None = None


@cache
def _of(paths: tuple[str, ...]) -> tuple[Callable[..., Any], ...]:
    return tuple(import_string(f"cases.actions.{path}") for path in paths)


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


def on_sweep() -> int:
    return sum(act() for act in _of(ON_SWEEP))


def on_pump() -> int:
    return sum(act() for act in _of(ON_PUMP))
