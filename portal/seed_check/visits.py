"""Coming in person: a slot booked at the first free time, somebody at the counter notes that the person came.

A joint visit (联合踏勘) is set by the leading department and ends in one opinion.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from cases import access
from cases.actions.scheduling import appointments, joint_visits
from cases.queries.under_way import UnderWay

if TYPE_CHECKING:
    from portal.seed_check.walk import Walk

TOMORROW = timedelta(days=1)
TAKES = timedelta(hours=2)
PLACE = "现场（核对用）"
PASSES = joint_visits.PASSED
WITH_DEPARTMENT = frozenset({"dispatched", "received", "accepted"})


class Visits:
    """The visits of one walk: which are booked for when, which are over."""

    def __init__(self) -> None:
        self.booked: dict[UUID, tuple[UUID, datetime]] = {}
        self.done: set[UUID] = set()
        self.joint: tuple[UUID, datetime] | None = None
        self.joint_done = False
        self._inspected: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How often somebody had to come, or was called upon."""
        return len(self.done) + self.joint_done

    def next_at(self) -> datetime | None:
        """When the next visit begins."""
        begins = [at for sub, (_, at) in self.booked.items() if sub not in self.done]
        if self.joint and not self.joint_done:
            begins.append(self.joint[1])
        return min(begins, default=None)

    def is_awaited(self, walk: Walk, sub: UnderWay) -> bool:
        """Whether an item cannot be decided before somebody has come."""
        rule = walk.spec.joint_visit
        jointly = rule is not None and sub.item_id in rule.items and not self.joint_done
        return jointly or (walk.spec.item(sub.item_id).appointment is not None and sub.sub_id not in self.done)

    def act(self, walk: Walk) -> bool:
        """Book what can be booked, come to what begins; whether anything happened."""
        return self._book(walk) or self._come(walk) or self._visit_jointly(walk)

    def _book(self, walk: Walk) -> bool:
        for sub in walk.subs:
            rule = walk.spec.appointment(sub.item_id)
            if rule is None or sub.state not in WITH_DEPARTMENT or sub.sub_id in self.booked:
                continue
            found = access.sub_for(walk.applicant, sub.sub_id)
            free = appointments.offered(found, rule) if found is not None else ()
            if free:
                visit = appointments.book(sub.sub_id, free[0].begins_at, by=walk.applicant.actor)
                self.booked[sub.sub_id] = (visit.pk, free[0].begins_at)
                return True
        return False

    def _come(self, walk: Walk) -> bool:
        for sub in walk.subs:
            visit_id, begins_at = self.booked.get(sub.sub_id, (None, timezone.now()))
            if visit_id is not None and sub.sub_id not in self.done and begins_at <= timezone.now():
                appointments.note_arrival(visit_id, True, by=walk.world.people.staff(sub.department).actor)
                self.done.add(sub.sub_id)
                return True
        return False

    def _visit_jointly(self, walk: Walk) -> bool:
        rule = walk.spec.joint_visit
        if rule is None or self.joint_done:
            return False
        meant = [sub for sub in walk.subs if sub.item_id in rule.items]
        lead = walk.world.people.staff(rule.lead).actor
        here = [sub for sub in meant if sub.state in WITH_DEPARTMENT]
        if self.joint is None and here and (len(here) == len(meant) or walk.is_idle):
            begins_at = timezone.now() + TOMORROW
            visit = joint_visits.arrange(walk.case_id, begins_at, begins_at + TAKES, PLACE, by=lead)
            self.joint, self._inspected = (visit.pk, begins_at), tuple(visit.items)
            return True
        if self.joint is not None and self.joint[1] + TAKES <= timezone.now():
            joint_visits.conclude(self.joint[0], dict.fromkeys(self._inspected, (PASSES, "")), by=lead)
            self.joint_done = True
            return True
        return False
