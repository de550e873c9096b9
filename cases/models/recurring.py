"""Results that repeat (按月发放): who is entitled from when, and the ledger of every period."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecurringEntitlement(models.Model):
    """A payment or act that repeats every month after one approval, until a reason on data ends it.

    Doubt suspends, only data that says so stops. One person has one running entitlement of a kind.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("发放中")
        SUSPENDED = "suspended", _("暂停，待核实")
        STOPPED = "stopped", _("已停止")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="entitlements")
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="entitlements")
    bundle_code = models.CharField(max_length=16)
    result_id = models.CharField(max_length=64)
    subject_index = models.CharField(max_length=64, db_index=True)
    from_period = models.DateField()
    # The last month that is still paid, once it is known (such as the month after a death).
    last_period = models.DateField(null=True)
    state = models.CharField(max_length=16, choices=State, default=State.ACTIVE)
    # Why it does not run: the id of a rule of the bundle, or `own_wish`, `by_staff`, `overpaid`.
    reason = models.CharField(max_length=64, blank=True, default="")
    reason_text = models.CharField(max_length=200, blank=True, default="")
    changed_at = models.DateTimeField()
    checked_on = models.DateField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["from_period"]
        indexes = [models.Index(fields=["next_at"], name="entitlement_next", condition=~models.Q(state="stopped"))]
        constraints = [
            models.UniqueConstraint(
                fields=["bundle_code", "result_id", "subject_index"],
                condition=~models.Q(state="stopped"),
                name="one_running_entitlement",
            ),
            models.CheckConstraint(
                condition=models.Q(state="stopped") | models.Q(next_at__isnull=False),
                name="running_entitlement_is_looked_at",
            ),
        ]


class RecurringPayment(models.Model):
    """One period of an entitlement: planned once whatever runs again, then paid, returned by the bank, or recovered.

    `kind`: regular, catch_up (made good after a wrong suspension or a late start) or recovery (a negative amount that
    takes back what was paid too much).
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("待发放")
        PAID = "paid", _("已到账")
        RETURNED = "returned", _("银行退票")
        RECOVERED = "recovered", _("已追回")
        CANCELLED = "cancelled", _("不再发放")

    class Kind(models.TextChoices):
        REGULAR = "regular", _("按月发放")
        CATCH_UP = "catch_up", _("补发")
        RECOVERY = "recovery", _("扣回")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entitlement = models.ForeignKey(RecurringEntitlement, on_delete=models.PROTECT, related_name="payments")
    period = models.DateField()
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.REGULAR)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    state = models.CharField(max_length=16, choices=State, default=State.PLANNED)
    due_on = models.DateField()
    reference = models.CharField(max_length=64, blank=True, default="")
    planned_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["period", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["entitlement", "period"],
                condition=models.Q(kind__in=["regular", "catch_up"]),
                name="one_payment_per_period",
            ),
            models.UniqueConstraint(
                fields=["entitlement", "period"], condition=models.Q(kind="recovery"), name="one_recovery_per_period"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="recovery", amount__lt=0) | models.Q(~models.Q(kind="recovery"), amount__gte=0),
                name="only_a_recovery_is_negative",
            ),
        ]
