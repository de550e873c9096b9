"""Results: what an approved sub-application yields."""

from __future__ import annotations

import uuid

from django.db import models

from cases.protection import SealedField


class Result(models.Model):
    """A licence, document, payment or registration that came out of a sub-application."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="results")
    result_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    licence_code = models.CharField(max_length=64, blank=True, default="")
    fields = SealedField(json=True, default=dict)
    # A public mark to verify the paper by; says nothing about the person.
    mark = models.CharField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    file = models.FileField(upload_to="results", blank=True, default="", max_length=200)

    class Meta:
        ordering = ["issued_at", "result_id"]
        constraints = [models.UniqueConstraint(fields=["sub", "result_id"], name="one_result_per_approval")]
