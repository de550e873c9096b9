"""Lines to departments that carry nothing now or soon will not, as the attention desk shows them: once each, for all
that waits behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from bundles import queries
from cases.models import Delivery, Line, Maintenance
from cases.queries.circuits import open_outages
from cases.queries.people import StaffPerson
from cases.states import DeliveryState

Kind = Literal["outage", "rest", "planned"]


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One line that does not carry: an outage that goes on, a maintenance going on, or one that was announced.

    `key` names it in an act: the maintenance, None for an outage. `until`: the next probe, or the end of the
    maintenance. `waiting`: promises to the department that are due. `may_end`: whether who looks may let it pass again.
    """

    kind: Kind
    department: str
    short: str
    line: str  # in words; "" for the department as a whole
    since: datetime
    until: datetime | None
    words: str  # the cause in the words of the transport, or what the department said
    probes: int
    waiting: int
    may_end: bool
    key: UUID | None = None


def may_look_after_line(account: StaffPerson, department: str) -> bool:
    """Whether somebody may say that a department can be reached again: operators, and its own staff."""
    return account.role == "administrator" or (account.role == "staff" and account.department == department)


def desk_lines(account: StaffPerson) -> tuple[DeskLine, ...]:
    """Outages that go on, the oldest first, then maintenance by its beginning. No person's case is named."""
    outages, rests = open_outages(), _rests()
    waiting = _waiting({one.department for one in outages} | {one.department for one in rests})
    known = queries.registry().departments
    found = [
        DeskLine(
            kind="outage",
            department=one.department,
            short=known[one.department].short if one.department in known else one.department,
            line=str(Line(one.line).label),
            since=one.began_at,
            until=one.next_probe_at,
            words=one.cause,
            probes=one.probes,
            waiting=waiting.get(one.department, 0) if one.line == Line.APPLICATIONS else 0,
            may_end=may_look_after_line(account, one.department),
        )
        for one in outages
    ]
    return (*found, *(_rest(one, waiting, account) for one in rests))


def _rests() -> list[Maintenance]:
    return list(Maintenance.objects.filter(lifted_at=None, ends_at__gt=timezone.now()).order_by("starts_at"))


def _rest(one: Maintenance, waiting: Mapping[str, int], account: StaffPerson) -> DeskLine:
    known = queries.registry().departments
    return DeskLine(
        kind="rest" if one.starts_at <= timezone.now() else "planned",
        department=one.department,
        short=known[one.department].short if one.department in known else one.department,
        line="",
        since=one.starts_at,
        until=one.ends_at,
        words=one.notice,
        probes=0,
        waiting=waiting.get(one.department, 0),
        may_end=may_look_after_line(account, one.department),
        key=one.pk,
    )


def _waiting(departments: Collection[str]) -> dict[str, int]:
    if not departments:
        return {}
    due = Delivery.objects.filter(state=DeliveryState.DUE, department__in=departments)
    return dict(due.order_by().values_list("department").annotate(Count("pk")))
