"""Supplement notices (补正告知): one notice, numbered points, one due day."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Supplement(models.Model):
    """A notice to the applicant. 行政许可法 第三十二条第一款第四项: all that is missing, at once."""

    class State(models.TextChoices):
        OPEN = "open", _("等您补正")
        ANSWERED = "answered", _("已补正")
        CANCELLED = "cancelled", _("已取消")
        LAPSED = "lapsed", _("逾期")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="supplements")
    round = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    sent_at = models.DateTimeField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="one_notice_per_round"),
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="open"), name="one_open_notice_per_case"),
        ]


class SupplementPoint(models.Model):
    """One thing to correct: a field or material (`about`), who asks, in which words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplement = models.ForeignKey(Supplement, on_delete=models.CASCADE, related_name="points")
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="supplement_points")
    department = models.CharField(max_length=16)
    about = models.CharField(max_length=96)
    code = models.CharField(max_length=32, blank=True, default="")
    text = SealedField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    # The item was decided meanwhile: the point needs no answer any more, but it was asked.
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at"]
