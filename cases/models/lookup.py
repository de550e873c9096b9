"""Look-ups: what registers and the licence library said for a case, with time and outcome."""

from __future__ import annotations

import uuid

from django.db import models

from cases.protection import SealedField


class Lookup(models.Model):
    """One question asked for a case and its answer. `digest` stands for the inputs; they are sealed with the rest."""

    class Outcome(models.TextChoices):
        FOUND = "found"
        EMPTY = "empty"
        UNAVAILABLE = "unavailable"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="lookups")
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    party = models.CharField(max_length=64, blank=True, default="")
    inputs = SealedField(json=True, default=dict)
    outcome = models.CharField(max_length=16, choices=Outcome)
    records = SealedField(json=True, default=list)
    as_of = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "code", "digest"], name="one_answer_per_question")
        ]
