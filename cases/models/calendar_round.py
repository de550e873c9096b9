"""Where the recount of open cases stands after the working calendar was changed."""

from __future__ import annotations

from django.db import models


class CalendarRound(models.Model):
    """One row for the installation: the calendar all open cases were last counted with, and a recount under way."""

    THE_ONE = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE, editable=False)
    counted_with = models.UUIDField(null=True)
    announced_years = models.JSONField(default=list)
    counting_with = models.UUIDField(null=True)  # null: no recount is under way
    after = models.UUIDField(null=True)  # the last case that was counted in this recount
    moved = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_calendar_round")]
