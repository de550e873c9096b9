"""The inbox: every message of a department, kept as evidence, effective once."""

from __future__ import annotations

import uuid

from django.db import models

from cases.protection import SealedField


class InboxMessage(models.Model):
    """A verified callback. (department, event id) is unique: a repetition has no second effect."""

    class Verdict(models.TextChoices):
        APPLIED = "applied"
        STALE = "stale"
        CONTRADICTION = "contradiction"
        LATE = "late"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.CharField(max_length=16)
    event_id = models.CharField(max_length=100)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="inbox")
    status = models.CharField(max_length=32)
    body = SealedField()
    headers = models.JSONField(default=dict)
    verdict = models.CharField(max_length=16, choices=Verdict)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "event_id"], name="one_effect_per_event")]
