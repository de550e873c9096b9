"""The lead department gives the seats of a batch out (派位): frozen, tried, shown to everybody, published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from cases.actions.batches import allocation, placing, seats
from cases.ports import Actor

if TYPE_CHECKING:
    from portal.seed_check.walk import Walk

HELD = "allocation"
SEATS_EACH = 40
SUPERVISOR = "公证员（核对用）"


class SeatingRun:
    """One run for the walk's batch; steps on, one a call, until the seats are public."""

    def __init__(self) -> None:
        self._run: Any = None
        self._shown = False
        self.is_over = False

    def act(self, walk: Walk) -> bool:
        """The next step of the department, once nothing but the run is waited for."""
        rule = walk.spec.allocation
        if rule is None or self.is_over or not self._is_due(walk):
            return False
        by = walk.world.people.staff(walk.spec.item(str(rule.item)).dept).actor
        if self._run is None:
            self._freeze(walk, by)
        elif not self._shown:
            self._shown = True
            if rule.publicity is not None:
                self._run = allocation.publicise(self._run.pk, by=by, supervisor=SUPERVISOR)
        elif self._run.publicity_until and timezone.localdate() <= self._run.publicity_until:
            return False
        else:
            placing.settle_all(allocation.publish(self._run.pk, by=by, supervisor=SUPERVISOR))
            self.is_over = True
        return True

    def _is_due(self, walk: Walk) -> bool:
        going = [sub for sub in walk.subs if sub.closed_at is None]
        return bool(going) and all(sub.held_by == HELD for sub in going)

    def _freeze(self, walk: Walk, by: Actor) -> None:
        """Enter a number of seats for every choice of the applicant, take the data and try."""
        batch = str(timezone.localdate().year)
        fields = (walk.case.answers or {}).get("fields") or {}
        rule = walk.spec.allocation
        choices = {str(fields[name]) for name in (rule.choice_fields if rule else ()) if fields.get(name)}
        seats.enter(walk.spec.code, batch, "\n".join(f"{choice},{SEATS_EACH}" for choice in sorted(choices)))
        self._run = allocation.freeze(walk.spec.code, batch, by=by, supervisor=SUPERVISOR)
        self._run = allocation.try_out(self._run.pk, by=by, supervisor=SUPERVISOR)
