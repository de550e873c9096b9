"""Which rounds of the sweep have something to do: one small statement instead of a question from each of them.

A round that is named in `WHEN` runs when one of its conditions holds, every few seconds. What goes by days, or would
cost as much to ask as to do, stands in `BY_THE_MINUTE` and has no condition. Nothing depends on a condition: once a
minute every round looks for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from django.utils import timezone

from cases import outbox
from cases.actions.engine import heartbeats, occasions, rounds
from cases.prepared import Prepared
from cases.states import CASE_OPEN, SUB_FINAL, SUB_WITH_DEPARTMENT, SubState

# The rounds that stand in `sweep` itself.
PUMP, ASK, LOOK = "engine.sweep.pump", "engine.sweep.ask_the_silent", "engine.sweep.look_again"
EVERYTHING = "*"
# The pump and the queries look after these; only on a worklist nobody else does.
OWN_CLOCK = frozenset({SubState.READY}) | SUB_WITH_DEPARTMENT


def _among(states: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{state}'" for state in sorted(str(one) for one in states)) + ")"


def _no_beat(name: str, seconds: float) -> str:
    heard = f"cases_heartbeat WHERE name = '{name}' AND at > $1 - interval '{seconds} seconds'"
    return f"(SELECT 1) AS one WHERE NOT EXISTS (SELECT 1 FROM {heard})"


_IN_TIME = "next_at <= "
_WITH = _among(SUB_WITH_DEPARTMENT)
_ARRIVED = "cases_arrival WHERE next_at <= GREATEST(clock_timestamp(), $1)"

# What follows on FROM; $1 is the moment by our clock. A round may find nothing all the same, never the other way round.
WHEN: Mapping[str, tuple[str, ...]] = {
    # A sweep that did not come to its end: the next one goes over everything, carefully (`rounds.to_its_end`).
    EVERYTHING: (f"cases_heartbeat WHERE name = '{rounds.SWEEPING}'",),
    PUMP: (
        _ARRIVED,
        "cases_delivery WHERE state = 'due' AND next_at <= GREATEST(clock_timestamp(), $1)"
        " AND (lease_until IS NULL OR lease_until < clock_timestamp())",
        "cases_subapplication WHERE next_at <= $1 AND state = 'ready'",
    ),
    "fees.charge_rounds.price_wanted": ("cases_charge WHERE next_at <= $1 AND state = 'pricing'",),
    "fees.refunds.carry_refunds": ("cases_refund WHERE next_at <= $1 AND state = 'due'",),
    ASK: (f"cases_subapplication WHERE next_at <= $1 AND state IN {_WITH} AND connect <> 'manual'",),
    LOOK: (
        f"cases_case WHERE next_at <= $1 AND state IN {_among(CASE_OPEN)}",
        f"cases_subapplication WHERE next_at <= $1 AND state NOT IN {_among(SUB_FINAL | OWN_CLOCK)}",
        f"cases_subapplication WHERE next_at <= $1 AND state IN {_WITH} AND connect = 'manual'",
    ),
    "batches.scoring.compute_due": ("cases_pointssheet WHERE next_at <= $1",),
    "batches.placing.settle_published": (
        "cases_allocationrun WHERE published_at IS NOT NULL AND settled_at IS NULL",
    ),
    "batches.roster_rounds.carry_on": ("cases_roster WHERE next_at <= $1 AND state IN ('confirming', 'running')",),
    "proactive.recurring_rounds.tend": ("cases_recurringentitlement WHERE next_at <= $1 AND state <> 'stopped'",),
    "proactive.searching.carry_on": (
        "cases_search WHERE next_at <= $1 AND finished_at IS NULL AND kind = 'grant'",
        "cases_candidate WHERE next_at <= $1 AND state IN ('waiting', 'asked')",
    ),
    "fees.charge_rounds.look_at_due": ("cases_charge WHERE next_at <= $1 AND state = 'due'",),
    "fees.payments.ask_open_orders": ("cases_paymentorder WHERE next_at <= $1 AND state IN ('opening', 'open')",),
    "supplementing.notice_terms.look_at_due": (
        "cases_supplement WHERE next_at <= $1 AND state IN ('collecting', 'open')",
    ),
    "engine.watching.look_round": ("cases_watch WHERE next_at <= $1 AND state = 'open'",),
    "registers.errands.carry": ("cases_licenceerrand WHERE next_at <= $1 AND state = 'due'",),
    "registers.late.look_round": ("cases_lateprefill WHERE next_at <= $1",),
    "registers.disputes.call_for_answers": ("cases_datadispute WHERE next_at <= $1 AND state = 'open'",),
    "papers.deferrals.look_at_owed": ("cases_owedpaper WHERE next_at <= $1 AND state = 'owed'",),
    "papers.commitments.call_for_checks": ("cases_commitmentcheck WHERE next_at <= $1 AND state = 'due'",),
    "dialogue.rating.look_at_repairs": ("cases_ratingrepair WHERE next_at <= $1 AND state <> 'answered'",),
    "dialogue.stuck.look_round": ("cases_stuckcase WHERE next_at <= $1",),
    "dialogue.messaging.look_round": ("cases_notification WHERE next_at <= $1 AND state = 'due'",),
    "dialogue.inquiring.call_for_answers": ("cases_inquiry WHERE next_at <= $1 AND state = 'open'",),
    "desk.attention_rounds.look_round": ("cases_attention WHERE next_at <= $1 AND closed_at IS NULL",),
    "desk.staff_mail.carry": ("cases_staffmail WHERE next_at <= $1 AND state = 'due'",),
    "desk.tallies.count_long_lists": ("cases_desktally WHERE counted_at <= $1 - interval '30 seconds'",),
    "engine.heartbeats.look_round": (
        _no_beat(heartbeats.SWEEP, 15),
        _no_beat(heartbeats.NUDGE, heartbeats.RING_AFTER.total_seconds()),
    ),
    "delivery.quarantine.set_apart": (
        f"cases_delivery WHERE state = 'due' AND lease_until < $1 AND lease_no > tries + {outbox.MOST_LOST_LEASES}",
    ),
    "delivery.arrivals.apply_late": (_ARRIVED,),
}  # fmt: skip

BY_THE_MINUTE = frozenset(
    {
        "batches.placing.tell_publicity",
        "deadlines.calendar_rounds.recount",
        "deadlines.deeming.accept_the_silent",
        "deadlines.escalating.escalate",
        "deadlines.procedures.tell_of_overruns",
        "deadlines.reminding.remind_round",
        "deciding.consulting.close_overdue",
        "desk.digests.write_digests",
        "dialogue.rating.invite_round",
        "engine.home_tallies.count_for_home",
        "engine.tidying.tidy_up",
        "fees.prepaying.end_abandoned",
        "licences.keeping.expire",
        "proactive.matching.carry_on",
        "scheduling.appointments.tend",
    }
)


def rounds_due() -> frozenset[str]:
    """The rounds that have something to do at this moment, by their paths; `EVERYTHING` may be among them."""
    return frozenset(name for (name,) in _asking(tuple(WHEN))(timezone.now()))


def pump_rounds_due() -> frozenset[str]:
    """Of the rounds that belong to every turn of the pump those that have something to do."""
    return frozenset(name for (name,) in _asking(occasions.ON_PUMP)(timezone.now()))


@cache
def _asking(names: tuple[str, ...]) -> Prepared:
    asked = [f"SELECT '{name}' WHERE {_any_of(WHEN[name])}" for name in names]
    return Prepared(" UNION ALL ".join(asked), "timestamptz")


def _any_of(conditions: Iterable[str]) -> str:
    return " OR ".join(_holds(one) for one in conditions)


def _holds(condition: str) -> str:
    """Asked for the first moment, with which the index begins: EXISTS, planned for any moment, reads whole tables."""
    if condition.partition(" WHERE ")[2].startswith(_IN_TIME):
        return f"(SELECT min(next_at) FROM {condition}) IS NOT NULL"
    return f"EXISTS (SELECT 1 FROM {condition})"
