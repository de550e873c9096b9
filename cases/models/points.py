"""Points of a case: the sheet as computed, what a person has scored, objections to single rules."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class PointsSheet(models.Model):
    """The points of one case, rule by rule, as last computed. `next_at` says when it is computed again."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, primary_key=True, related_name="points_sheet")
    department = models.CharField(max_length=16, db_index=True)
    lines = SealedField(json=True, default=list)
    total = SealedField(json=True, null=True)
    # A rule of it waits for a person (待核), or an objection is not settled.
    is_open = models.BooleanField(default=True)
    computed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="points_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["department", "is_open"], name="points_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(computed_at__isnull=False) | models.Q(next_at__isnull=False),
                name="points_are_computed_or_due",
            )
        ]


class PointsScore(models.Model):
    """What a person found for one rule; the last one counts, the others stay on record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="points_scores")
    rule = models.CharField(max_length=40)
    points = models.DecimalField(max_digits=8, decimal_places=2)
    reason = SealedField()
    scored_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    scored_at = models.DateTimeField()

    class Meta:
        ordering = ["scored_at", "id"]


class Objection(models.Model):
    """An objection (异议) of an applicant to one rule of the points sheet; only that rule is scored anew."""

    class State(models.TextChoices):
        OPEN = "open", _("待复核")
        UPHELD = "upheld", _("已更正")
        REFUSED = "refused", _("维持原分")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="objections")
    rule = models.CharField(max_length=40)
    text = SealedField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answer = SealedField(null=True)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "rule"], condition=models.Q(state="open"), name="one_open_objection_per_rule"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open") | models.Q(settled_at__isnull=False),
                name="settled_objection_has_day",
            ),
        ]
