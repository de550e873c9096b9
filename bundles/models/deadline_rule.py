"""When a deadline shows blue, yellow or red: local rules of electronic supervision (电子监察), edited in the admin."""

from __future__ import annotations

from django.db import models


class DeadlineRule(models.Model):
    """One reason for a colour. The worst colour of all enabled rules that apply is shown; none applies: green."""

    class Colour(models.TextChoices):
        BLUE = "blue", "蓝（提示）"
        YELLOW = "yellow", "黄牌"
        RED = "red", "红牌"

    class Trigger(models.TextChoices):
        WORKING_DAYS_LEFT = "working_days_left", "剩余工作日不多于"
        PERCENT_LEFT = "percent_left", "剩余时间不多于（%）"
        PAST_COMMITTED = "past_committed", "超过承诺（环节）时限"
        PAST_STATUTORY = "past_statutory", "超过法定时限"
        NOT_ACCEPTED_IN_TIME = "not_accepted_in_time", "应受理未受理（五日内未受理也未一次告知）"

    colour = models.CharField("颜色", max_length=8, choices=Colour)
    trigger = models.CharField("条件", max_length=24, choices=Trigger)
    threshold = models.PositiveSmallIntegerField(
        "数值", null=True, blank=True, help_text="“剩余…不多于”填天数或百分数，其余条件留空"
    )
    enabled = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "预警规则"
        verbose_name_plural = "预警规则"
        ordering = ["colour", "trigger"]
        constraints = [
            models.UniqueConstraint(fields=["colour", "trigger"], name="one_rule_a_colour_and_trigger"),
            models.CheckConstraint(
                condition=models.Q(trigger__in=["working_days_left", "percent_left"], threshold__isnull=False)
                | models.Q(
                    trigger__in=["past_committed", "past_statutory", "not_accepted_in_time"], threshold__isnull=True
                ),
                name="a_threshold_where_the_trigger_has_one",
                violation_error_message="“剩余…不多于”要填数值，其余条件不填数值",
            ),
            models.CheckConstraint(
                condition=~models.Q(trigger="percent_left") | models.Q(threshold__lte=100),
                name="a_percentage_up_to_a_hundred",
                violation_error_message="百分数不能超过 100",
            ),
        ]

    def __str__(self) -> str:
        value = "" if self.threshold is None else f" {self.threshold}"
        return f"{self.get_colour_display()}：{self.get_trigger_display()}{value}"
