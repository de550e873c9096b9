"""Fees of a case (收费): what is to be paid, the orders people pay by, what is paid back."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField

ORDER_OPEN = ("opening", "open")


class Charge(models.Model):
    """The fee of one item or instance: how much, when it must be paid, where it stands.

    A fee that is paid before handing in exists before its sub-application does. `trace` is what the amount and the
    waiver were computed from. `planned` waits for its time and has no clock of its own: the sub-application has.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("到时再缴")
        PRICING = "pricing", _("正在核算")
        DUE = "due", _("待缴费")
        PAID = "paid", _("已缴费")
        WAIVED = "waived", _("不用缴")
        PASSTHROUGH = "passthrough", _("由收费单位收取")
        CANCELLED = "cancelled", _("不再收取")
        REFUND_DUE = "refund_due", _("退费中")
        REFUNDED = "refunded", _("已退费")

    class Relief(models.TextChoices):
        """Whether somebody has to decide about a waiver (减免): the data could not say."""

        NONE = "", _("无")
        MAY_ASK = "may_ask", _("可申请减免")
        ASKED = "asked", _("减免审核中")
        GRANTED = "granted", _("已减免")
        REFUSED = "refused", _("不予减免")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="charges")
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, null=True, related_name="charges")
    item_id = models.CharField(max_length=64)
    instance_key = models.CharField(max_length=96, blank=True, default="")
    # Rises when a paid amount no longer holds and a new one takes its place.
    plan = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=16)
    when = models.CharField(max_length=16)
    label = models.CharField(max_length=200, blank=True, default="")
    payee = models.CharField(max_length=16)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(max_length=16, choices=State, default=State.PLANNED)
    # Why nothing is taken: zero, rule, granted, ended.
    reason = models.CharField(max_length=32, blank=True, default="")
    relief = models.CharField(max_length=16, choices=Relief, blank=True, default=Relief.NONE)
    relief_text = SealedField(null=True)
    trace = SealedField(json=True, default=list)
    pay_by = models.DateField(null=True)
    # When the applicant was asked to pay: what becomes due together is asked for in one message.
    told_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("收费")
        ordering = ["created_at", "item_id", "instance_key"]
        indexes = [models.Index(fields=["next_at"], name="charge_next", condition=models.Q(next_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["case", "item_id", "instance_key", "plan"], name="one_charge_per_instance"),
            models.CheckConstraint(
                condition=models.Q(amount=None) | models.Q(amount__gte=0), name="a_charge_is_not_negative"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["due", "paid", "refund_due", "refunded"])
                | models.Q(amount__gt=0, due_at__isnull=False),
                name="what_is_due_has_an_amount",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["paid", "refund_due", "refunded"]) | models.Q(paid_at__isnull=False),
                name="what_is_paid_has_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["pricing", "due"]) | models.Q(next_at__isnull=False),
                name="open_charge_is_looked_at_again",
            ),
        ]


class PaymentOrder(models.Model):
    """One payment at the channel for all charges that were due when it was made (合并支付). Its id is the key."""

    class State(models.TextChoices):
        OPENING = "opening", _("正在创建")
        OPEN = "open", _("等待支付")
        PAID = "paid", _("已支付")
        FAILED = "failed", _("支付失败")
        CLOSED = "closed", _("已关闭")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="payment_orders")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(max_length=16, choices=State, default=State.OPENING)
    reference = models.CharField(max_length=64, blank=True, default="")
    page_url = models.CharField(max_length=500, blank=True, default="")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("支付单")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=ORDER_OPEN), name="one_open_order_per_case"
            ),
            models.UniqueConstraint(
                fields=["reference"], condition=~models.Q(reference=""), name="one_order_per_reference"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="an_order_is_about_money"),
            models.CheckConstraint(
                condition=~models.Q(state__in=ORDER_OPEN) | models.Q(next_at__isnull=False),
                name="open_order_is_asked_about",
            ),
        ]


class OrderLine(models.Model):
    """A charge within an order, with the amount it had then."""

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="lines")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="order_lines")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "charge"], name="a_charge_once_per_order")]


class PaymentEvent(models.Model):
    """What the channel told us about an order, as it came: evidence, each event once."""

    event_id = models.CharField(max_length=100, unique=True)
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="events")
    status = models.CharField(max_length=16)
    body = SealedField()
    received_at = models.DateTimeField()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


class Refund(models.Model):
    """Money on its way back: asked of the channel with the same key until it says yes or no."""

    class State(models.TextChoices):
        DUE = "due", _("退费中")
        DONE = "done", _("已退")
        REFUSED = "refused", _("渠道拒绝")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="refunds")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=State, default=State.DUE)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("退费")
        indexes = [models.Index(fields=["next_at"], name="refund_next", condition=models.Q(state="due"))]
        constraints = [
            models.UniqueConstraint(fields=["order", "charge"], name="money_goes_back_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="a_refund_is_about_money"),
            models.CheckConstraint(
                condition=~models.Q(state="due") | models.Q(next_at__isnull=False), name="due_refund_has_a_time"
            ),
        ]
