"""Versions of the plan of a live case (改计划): what was to change, who agreed, which version holds."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class PlanVersion(models.Model):
    """A change of a live plan. Until those who must agree have agreed the version before it holds."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("等各方确认")
        EFFECTIVE = "effective", _("已生效")
        REFUSED = "refused", _("未被接受")
        REPLACED = "replaced", _("被后一次改动取代")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="plan_versions")
    number = models.PositiveSmallIntegerField()
    change = models.CharField(max_length=32)
    reason = SealedField(null=True)
    # Field -> [before, after]; ids of the sub-applications that decide anew, of those the decided ones.
    values = SealedField(json=True, default=dict)
    redone = models.JSONField(default=list)
    decided_before = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=State, default=State.PROPOSED)
    proposed_kind = models.CharField(max_length=16)
    proposed_id = models.CharField(max_length=64, blank=True, default="")
    proposed_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="one_plan_per_number"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="proposed"), name="one_proposed_plan_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed") | models.Q(settled_at__isnull=False),
                name="a_settled_plan_has_a_time",
            ),
        ]


class Watch(models.Model):
    """An item that joins the case by itself once an outside fact is true (触发), until `until`."""

    class State(models.TextChoices):
        OPEN = "open", _("等待中")
        MET = "met", _("已触发")
        LAPSED = "lapsed", _("已过期")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="watches")
    item_id = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    until = models.DateTimeField()
    reminded = models.JSONField(default=list)
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="watch_next", condition=models.Q(state="open"))]
        constraints = [
            models.UniqueConstraint(fields=["case", "item_id"], name="one_watch_per_item"),
            models.CheckConstraint(
                condition=~models.Q(state="open") | models.Q(next_at__isnull=False), name="open_watch_is_looked_at"
            ),
        ]


class Visit(models.Model):
    """A visit: an appointment of somebody at an office, or departments coming together on the spot (联合踏勘)."""

    class State(models.TextChoices):
        BOOKED = "booked", _("已约")
        DONE = "done", _("已到场")
        MISSED = "missed", _("未到场")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="visits")
    # None for a joint visit, whose items stand in `items`.
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, null=True, related_name="visits")
    items = models.JSONField(default=list)
    department = models.CharField(max_length=16)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="")
    changes = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=16, choices=State, default=State.BOOKED)
    findings = SealedField(json=True, default=dict)
    booked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["begins_at"]
        indexes = [models.Index(fields=["department", "begins_at"], name="visit_slot")]
        constraints = [
            models.UniqueConstraint(
                fields=["sub"], condition=models.Q(state="booked"), name="one_booked_visit_per_item"
            ),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("begins_at")), name="a_visit_takes_time"),
        ]
