"""Attention: what a person must look at, beside the state and never instead of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField

OPEN = models.Q(closed_at=None)


def first_look() -> datetime:
    """When an attention is looked at again, if nobody has settled it by then."""
    return timezone.now() + timedelta(days=1)


class Attention(models.Model):
    """Reason, since when, whose, and the next step in plain words. Open until closed by somebody or by the facts.

    `level` rises with its age: 0 the owner alone, 1 the leading department (`watched_by`) too, 2 supervision too.
    An open one is always looked at again at `next_at`; whoever puts it off puts off that moment, never the end of it.
    """

    class Reason(models.TextChoices):
        REFUSED_BY_SYSTEM = "refused_by_system", _("部门系统退回了请求")
        NOT_DELIVERED = "not_delivered", _("多次没送到")
        SILENT = "silent", _("部门超时没有回音")
        CONTRADICTION = "contradiction", _("部门前后答复不一致")
        LATE_ANSWER = "late_answer", _("结束后又收到答复")
        BAD_RESULT = "bad_result", _("部门结果不完整")
        FORGOTTEN = "forgotten", _("部门查不到已收件的申请")
        WAITING_FOR_FACT = "waiting_for_fact", _("等一个还没出现的数据")
        ASKED_AGAIN = "asked_again", _("同一部门再次要求补正")
        POINTS_OPEN = "points_open", _("积分待核")
        FAULT = "fault", _("程序处理失败")
        OVERRUN = "overrun", _("特别程序超过了告知的时间")
        OUTDATED = "outdated", _("所依据的数据已更正")
        UNCHECKED = "unchecked", _("核查到期还没有做")
        SUSPENDED = "suspended", _("按月发放已暂停，待核实")
        CHARGE = "charge", _("费用要人核对")
        ORIGINAL = "original", _("等核对原件")
        UNREACHED = "unreached", _("消息没有送到本人")
        UNANSWERED = "unanswered", _("提问或催办没有回复")
        BAD_RATING = "bad_rating", _("差评到期没有回访")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="attentions")
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, null=True, related_name="attentions")
    reason = models.CharField(max_length=32, choices=Reason)
    owner = models.CharField(max_length=16, blank=True, default="")
    next_step = models.CharField(max_length=200)
    detail = models.CharField(max_length=300, blank=True, default="")
    since = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # The act that closed it; "" where the facts did.
    closed_as = models.CharField(max_length=32, blank=True, default="")
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    watched_by = models.CharField(max_length=16, blank=True, default="")
    level = models.PositiveSmallIntegerField(default=0)
    snoozed_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(default=first_look, null=True)

    class Meta:
        verbose_name = _("待关注")
        verbose_name_plural = _("待关注")
        indexes = [
            models.Index(fields=["owner", "since"], name="attention_of_owner", condition=OPEN),
            models.Index(fields=["watched_by", "since"], name="attention_watched", condition=OPEN),
            models.Index(fields=["reason", "since"], name="attention_by_reason", condition=OPEN),
            models.Index(fields=["next_at"], name="attention_next", condition=OPEN),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sub", "reason"],
                condition=models.Q(closed_at=None),
                name="one_open_attention_per_reason",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~OPEN | models.Q(next_at__isnull=False), name="open_attention_is_looked_at"
            ),
        ]


class AttentionAct(models.Model):
    """What somebody did about an attention: append-only, with the words and the file it rests on."""

    class Kind(models.TextChoices):
        NOTED = "noted", _("备注")
        ASSIGNED = "assigned", _("指派")
        SNOOZED = "snoozed", _("稍后再看")
        REMINDED = "reminded", _("到时提醒")
        HANDED_UP = "handed_up", _("上报督办")
        RETRIED = "retried", _("重新送出")
        ASKED = "asked", _("向部门查询")
        CORRECTION_PROPOSED = "correction_proposed", _("提出更正后重送")
        CORRECTION_DECLINED = "correction_declined", _("没有同意更正")
        SENT_ANEW = "sent_anew", _("更正后重送")
        SETTLED = "settled", _("登记部门的决定")
        ACCEPTED = "accepted", _("按后到的答复更正")
        DISMISSED = "dismissed", _("说明理由后关闭")
        REASSIGNED = "reassigned", _("转给别的部门")
        TO_PEOPLE = "to_people", _("转人工办理")
        GIVEN_UP = "given_up", _("终止办理")
        UNMASKED = "unmasked", _("查看完整内容")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attention = models.ForeignKey(Attention, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=32, choices=Kind)
    text = SealedField()
    facts = models.JSONField(default=dict)
    evidence = models.ForeignKey("cases.Material", on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["attention", "at"], name="acts_of_attention")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%F %T}"


class Correction(models.Model):
    """A promise that a department refused, to be sent once more under a new key, with values corrected.

    `changes`: path in the body -> value. Who proposes values does not confirm them (四眼原则); only the same values
    under a new key, after the department itself said it never saw the old one, go out on one person's word.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("等人复核")
        SENT = "sent", _("已送出")
        DECLINED = "declined", _("没有同意")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attention = models.ForeignKey(Attention, on_delete=models.PROTECT, related_name="corrections")
    refused = models.ForeignKey("cases.Delivery", on_delete=models.PROTECT, related_name="corrections")
    sent = models.OneToOneField("cases.Delivery", on_delete=models.PROTECT, null=True, related_name="corrects")
    changes = SealedField(json=True, default=dict)
    is_unchanged = models.BooleanField(default=False)
    reason = SealedField()
    state = models.CharField(max_length=16, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["refused"], condition=models.Q(state="proposed"), name="one_open_correction_per_delivery"
            ),
            models.UniqueConstraint(
                fields=["refused"], condition=models.Q(state="sent"), name="a_delivery_is_corrected_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent__isnull=False, decided_at__isnull=False),
                name="a_sent_correction_has_a_delivery",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent")
                | models.Q(is_unchanged=True)
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="four_eyes_on_corrected_values",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refused_id} {self.state}"
