"""The desk of a department: who works there and stands in for whom, when somebody is told, and by which e-mail."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class DeskPost(models.Model):
    """How somebody of a department is reached, whether they head it, and who stands in while they are away (代班)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desk_post", verbose_name=_("账户")
    )
    email = SealedField(_("工作邮箱"), null=True)
    is_head = models.BooleanField(_("部门负责人"), default=False)
    wants_digest = models.BooleanField(_("每天收汇总邮件"), default=True)
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="stands_in_for",
        verbose_name=_("代班人"),
    )  # fmt: skip
    away_from = models.DateField(_("不在岗，从"), null=True, blank=True)
    away_until = models.DateField(_("不在岗，到"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("岗位")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(away_from=None, away_until=None)
                | models.Q(away_from__isnull=False, away_until__isnull=False, away_until__gte=models.F("away_from")),
                name="away_from_a_day_to_a_later_one",
                violation_error_message=_("不在岗要写起止两天，止日不早于起日"),
            ),
            models.CheckConstraint(
                condition=models.Q(substitute=None) | ~models.Q(substitute=models.F("account")),
                name="nobody_stands_in_for_oneself",
                violation_error_message=_("代班人不能是本人"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)


class EscalationRule(models.Model):
    """When whom to tell of a task that waits (催办升级); counted in working days, silent while the clock stands."""

    class Trigger(models.TextChoices):
        PERCENT_USED = "percent_used", _("时限已用到（%）")
        NOT_RECEIVED = "not_received", _("送到后几个工作日没有接件")
        NOT_ANSWERED = "not_answered", _("接件后几个工作日没有办结")
        OVERDUE = "overdue", _("超过承诺时限几个工作日")

    class Level(models.TextChoices):
        HANDLER = "handler", _("经办人")
        HEAD = "head", _("部门负责人")
        SUPERVISOR = "supervisor", _("监督人员")

    level = models.CharField(_("告诉谁"), max_length=16, choices=Level)
    trigger = models.CharField(_("条件"), max_length=16, choices=Trigger)
    threshold = models.PositiveSmallIntegerField(_("数值"))
    department = models.CharField(_("部门代码"), max_length=16, blank=True, default="", help_text=_("空白为所有部门"))
    bundle_code = models.CharField(_("一件事代码"), max_length=16, blank=True, default="", help_text=_("空白为所有"))
    item_id = models.CharField(_("事项代码"), max_length=64, blank=True, default="", help_text=_("空白为所有"))
    enabled = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("催办升级规则")
        ordering = ["level", "trigger", "threshold"]
        constraints = [
            models.UniqueConstraint(
                fields=["level", "trigger", "threshold", "department", "bundle_code", "item_id"],
                name="one_escalation_rule_of_a_kind",
            ),
            models.CheckConstraint(
                condition=~models.Q(trigger="percent_used") | models.Q(threshold__gte=1, threshold__lte=100),
                name="an_escalation_percentage_up_to_a_hundred",
                violation_error_message=_("百分数应在 1 到 100 之间"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_trigger_display()} {self.threshold}：{self.get_level_display()}"


class EscalationStep(models.Model):
    """That somebody was told of a task by a rule: once for each time the task came to the department."""

    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="escalations")
    rule = models.ForeignKey(EscalationRule, on_delete=models.SET_NULL, null=True, related_name="steps")
    level = models.CharField(max_length=16, choices=EscalationRule.Level)
    came_at = models.DateTimeField()
    at = models.DateTimeField()
    told = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["sub", "rule", "came_at"], name="one_step_per_rule_and_coming")]

    def __str__(self) -> str:
        return f"{self.sub_id} {self.level}"


class StaffMail(models.Model):
    """An e-mail to somebody who works here: counts, items, numbers and links, nothing personal. Kept until it went."""

    class Kind(models.TextChoices):
        DIGEST = "digest", _("每日汇总")
        UPSTREAM = "upstream", _("上一环节已办结")
        ESCALATION = "escalation", _("催办")
        HANDOVER = "handover", _("交接")

    class State(models.TextChoices):
        DUE = "due", _("待发")
        SENT = "sent", _("已发")
        DROPPED = "dropped", _("不再发")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What it is about, so that it is written once: digest, day and account; or task, kind and account.
    key = models.CharField(max_length=128, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("种类"), max_length=16, choices=Kind)
    subject = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("正文"))
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.DUE)
    tries = models.PositiveIntegerField(_("次数"), default=0)
    next_at = models.DateTimeField(_("下次"), null=True)
    last_error = models.CharField(_("上次的错误"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("写于"))
    closed_at = models.DateTimeField(_("结束于"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("工作邮件")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["next_at"], name="staff_mail_due", condition=models.Q(state="due"))]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="due") | models.Q(next_at__isnull=False), name="due_staff_mail_has_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.key


class DeskRound(models.Model):
    """How far a round over all tasks or departments has come on one day, so that a death in between costs nothing."""

    kind = models.CharField(max_length=16)
    day = models.DateField()
    cursor = models.CharField(max_length=64, blank=True, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="one_desk_round_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class DeskTally(models.Model):
    """What lies on a long worklist, counted beside the pages so that none of them waits for it."""

    department = models.CharField(max_length=16, primary_key=True)
    counts = models.JSONField(default=dict)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.department
