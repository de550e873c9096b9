"""Supplement notices (补正告知): one notice, numbered lines, one due day."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Supplement(models.Model):
    """A notice to the applicant. 行政许可法 第三十二条第一款第四项: all that is missing, at once.

    While it is collecting, the requests of the departments that still review join it and nobody is told; then it is
    sent as one. `next_at`: when the window closes; after sending, when to remind or to end.
    """

    class State(models.TextChoices):
        COLLECTING = "collecting", _("汇总各部门意见")
        OPEN = "open", _("等您补正")
        ANSWERED = "answered", _("已补正")
        CANCELLED = "cancelled", _("已取消")
        LAPSED = "lapsed", _("逾期")
        JOINED = "joined", _("并入前一份通知")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="supplements")
    round = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    began_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    # The due day moves once only.
    extended_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    # Why it was cancelled, in the words of whoever did.
    reason = SealedField(null=True)
    document = models.ForeignKey("cases.Document", on_delete=models.PROTECT, null=True, related_name="+")
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="supplement_next", condition=models.Q(next_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="one_notice_per_round"),
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="open"), name="one_open_notice_per_case"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="collecting"), name="one_collecting_notice_per_case"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["collecting", "open"]) | models.Q(next_at__isnull=False),
                name="open_notice_is_looked_at_again",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["open", "answered", "lapsed"])
                | models.Q(sent_at__isnull=False, due_on__isnull=False),
                name="sent_notice_has_a_due_day",
            ),
        ]


class SupplementPoint(models.Model):
    """One thing to correct: a field or material (`about`), who asks, in which words.

    Points of several departments about the same thing share the number of their line.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplement = models.ForeignKey(Supplement, on_delete=models.CASCADE, related_name="points")
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="supplement_points")
    department = models.CharField(max_length=16)
    about = models.CharField(max_length=96)
    code = models.CharField(max_length=32, blank=True, default="")
    text = SealedField()
    line = models.PositiveSmallIntegerField(null=True)
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    # The item was decided meanwhile or the request taken back: it needs no answer any more, but it was asked.
    dropped_at = models.DateTimeField(null=True)
    # Asked after acceptance (补充材料), not before it (补正).
    after_acceptance = models.BooleanField(default=False)
    # The same department asks the same applicant again: against 一次性告知; why, in its words.
    repeated = models.BooleanField(default=False)
    why_again = SealedField(null=True)

    class Meta:
        ordering = ["asked_at"]
