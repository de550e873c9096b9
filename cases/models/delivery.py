"""The outbox: promises to departments."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField
from cases.states import DeliveryState


class Delivery(models.Model):
    """One promise to one department. Key and body never change; a lease and its number fence late writers."""

    class Purpose(models.TextChoices):
        FILE = "file"
        SUPPLEMENT = "supplement"
        WITHDRAW = "withdraw"
        CHANGE = "change"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    department = models.CharField(max_length=16)
    purpose = models.CharField(max_length=16, choices=Purpose)
    round = models.PositiveSmallIntegerField(default=0)
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    target_key = models.UUIDField()
    body = SealedField()
    body_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=DeliveryState, default=DeliveryState.DUE)
    tries = models.PositiveIntegerField(default=0)
    ask_first = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_no = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("送达任务")
        indexes = [
            models.Index(fields=["department", "next_at"], name="delivery_due", condition=models.Q(state="due")),
            models.Index(fields=["closed_at"], name="delivery_refused", condition=models.Q(state="refused")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sub", "purpose", "round"], name="one_promise_per_round"),
            models.CheckConstraint(
                condition=~models.Q(state="due") | models.Q(next_at__isnull=False), name="due_delivery_has_a_time"
            ),
        ]
