"""Commitments (告知承诺): the signed text, and whether it was true. 国办发〔2020〕42号."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Commitment(models.Model):
    """What an applicant declared in writing instead of proving it: the very text, its digest, who, when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="commitments")
    slot = models.CharField(max_length=96)
    material_id = models.CharField(max_length=64)
    text = SealedField()
    sha256 = models.CharField(max_length=64)
    signed_by = SealedField()
    signer_index = models.CharField(max_length=64, db_index=True)
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["signed_at", "slot"]
        constraints = [models.UniqueConstraint(fields=["case", "slot"], name="one_commitment_per_slot")]


class CommitmentCheck(models.Model):
    """The later check of a commitment that an approval rests on: due, passed or failed.

    A failed one takes the decision back and counts as dishonest until it is repaired. 行政许可法 第六十九条.
    """

    class State(models.TextChoices):
        DUE = "due", _("待核查")
        PASSED = "passed", _("属实")
        FAILED = "failed", _("不实")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="checks")
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="commitment_checks")
    department = models.CharField(max_length=16, db_index=True)
    due_on = models.DateField()
    state = models.CharField(max_length=16, choices=State, default=State.DUE)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    finding = SealedField(null=True)
    repaired_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on"]
        indexes = [models.Index(fields=["next_at"], name="check_next", condition=models.Q(state="due"))]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "sub"], name="one_check_per_item"),
            models.CheckConstraint(
                condition=~models.Q(state="due") | models.Q(next_at__isnull=False), name="due_check_is_looked_at"
            ),
            models.CheckConstraint(
                condition=models.Q(state="due") | models.Q(checked_at__isnull=False), name="a_finding_has_a_day"
            ),
        ]
