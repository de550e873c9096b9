"""Attention: what a person must look at, beside the state and never instead of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Attention(models.Model):
    """Reason, since when, whose, and the next step in plain words. Open until closed by somebody or by the facts."""

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

    class Meta:
        verbose_name = _("待关注")
        verbose_name_plural = _("待关注")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sub", "reason"],
                condition=models.Q(closed_at=None),
                name="one_open_attention_per_reason",
                nulls_distinct=False,
            )
        ]
