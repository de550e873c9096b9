"""Totals of the home page, counted beside the pages once there is much to count."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class HomeTally(models.Model):
    """One row. `took_ms`: what counting cost, which says how soon it is worth doing again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    counts = models.JSONField(default=dict)
    took_ms = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="one_home_tally", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.counted_at}"
