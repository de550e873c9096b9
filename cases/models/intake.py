"""What may be filed once only: a claim a case holds on its key values while it counts (防重复)."""

from __future__ import annotations

import uuid

from django.db import models


class OnceOnly(models.Model):
    """A claim of a case. `digest` is a blind index of the key values and says nothing about them.

    `moment` stands where two filings with the same values only meet when they lie close together in time; then the
    database cannot tell, and claims are made one after the other under a lock of their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="once_only")
    bundle_code = models.CharField(max_length=32)
    rule = models.CharField(max_length=16)
    digest = models.CharField(max_length=64)
    period = models.CharField(max_length=8, blank=True, default="")
    moment = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    claimed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["bundle_code", "rule", "digest"], name="once_by_digest")]
        constraints = [
            models.UniqueConstraint(
                fields=["bundle_code", "rule", "digest", "period"],
                condition=models.Q(is_active=True, moment__isnull=True),
                name="filed_once_at_a_time",
            ),
            models.UniqueConstraint(fields=["case", "rule", "digest", "period"], name="one_claim_per_case"),
        ]
