"""“办不成事” (stuck case): what somebody could not get done, who looks after it, and by when they must answer."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField

OPEN = models.Q(state__in=["reported", "accepted"])


class StuckCase(models.Model):
    """Reported with or without a case, signed in or by a checked phone number; it always gets an answer (须有回音).

    `department`: who looks after it, "" is the administration's own window. `level` rises as days pass unanswered:
    0 the department, 1 the administration too, 2 supervision too. `answered` waits for nobody but the person's word.
    """

    class Reason(models.TextChoices):
        SYSTEM = "system", _("页面或系统出错")
        PASSED_ON = "passed_on", _("部门之间推来推去")
        TOO_LONG = "too_long", _("等得太久没有消息")
        UNCLEAR = "unclear", _("说不清要什么材料")
        ASKED_AGAIN = "asked_again", _("反复要我补材料")
        NOT_TAKEN = "not_taken", _("不收也不说理由")
        ATTITUDE = "attitude", _("态度不好")
        OTHER = "other", _("别的")

    class State(models.TextChoices):
        REPORTED = "reported", _("已收到")
        ACCEPTED = "accepted", _("有人在办")
        ANSWERED = "answered", _("已答复")
        CLOSED = "closed", _("已结束")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=16, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    name = SealedField(null=True)
    phone = SealedField(null=True)
    phone_index = models.CharField(max_length=64, blank=True, default="")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="stuck_cases")
    bundle_code = models.CharField(max_length=64, blank=True, default="")
    region = models.CharField(max_length=12)
    reason = models.CharField(max_length=16, choices=Reason)
    text = SealedField()
    department = models.CharField(max_length=16, blank=True, default="")
    state = models.CharField(max_length=16, choices=State, default=State.REPORTED)
    level = models.PositiveSmallIntegerField(default=0)
    reported_at = models.DateTimeField()
    accept_by = models.DateTimeField()
    answer_by = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answer = SealedField(null=True)
    answered_at = models.DateTimeField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    is_solved = models.BooleanField(null=True)
    closed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("办不成事反映")
        ordering = ["reported_at"]
        indexes = [
            models.Index(fields=["next_at"], name="stuck_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["department", "answer_by"], name="stuck_at_department", condition=OPEN),
            models.Index(fields=["phone_index"], name="stuck_of_phone", condition=~models.Q(phone_index="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="closed") | models.Q(next_at__isnull=False), name="open_stuck_is_looked_at"
            ),
            models.CheckConstraint(
                condition=models.Q(account__isnull=False) | ~models.Q(phone_index=""), name="stuck_can_be_answered"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="answered") | models.Q(answer__isnull=False, answered_at__isnull=False),
                name="an_answer_has_words",
            ),
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__gte=1, rating__lte=5), name="stuck_five_levels"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(closed_at__isnull=False), name="closed_stuck_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StuckAct(models.Model):
    """What happened to a stuck case: append-only; the person reads all of it."""

    class Kind(models.TextChoices):
        REPORTED = "reported", _("您反映了情况")
        ACCEPTED = "accepted", _("有人接手了")
        PASSED_ON = "passed_on", _("转给更合适的部门")
        NOTED = "noted", _("办理进展")
        HANDED_UP = "handed_up", _("到时没有办，已上报督办")
        ANSWERED = "answered", _("已答复")
        REOPENED = "reopened", _("您说没有解决，重新办理")
        CLOSED = "closed", _("已结束")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stuck = models.ForeignKey(StuckCase, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=16, choices=Kind)
    text = SealedField(null=True)
    department = models.CharField(max_length=16, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%F %T}"


class PhoneCode(models.Model):
    """A code sent to a phone number, to be typed back: digests only, few tries, few a number and an hour."""

    phone_index = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.sent_at:%F %T}"
