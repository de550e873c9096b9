"""The ledger of the clock: when it stood still and why, and the one extension a limit may get."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Pause(models.Model):
    """A stretch of time of one item with a beginning, a reason, and an end once it is over. 行政许可法 第四十五条.

    `in_clock`: the stretch is kept on record and told to the applicant, but the limit runs on.
    """

    class Kind(models.TextChoices):
        SUPPLEMENT = "supplement", _("等您补正")
        PROCEDURE = "procedure", _("特别程序")
        PARTY = "party", _("等对方确认")
        PAYMENT = "payment", _("等您缴费")
        PUBLICITY = "publicity", _("公示公告")
        VISIT = "visit", _("等您到场")
        OUTSIDE = "outside", _("等外部条件")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="pauses")
    kind = models.CharField(max_length=16, choices=Kind)
    about = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    in_clock = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    expected_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sub", "kind", "about"], condition=models.Q(ended_at=None), name="no_nested_pause"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("began_at")),
                name="a_pause_ends_after_it_began",
            ),
        ]


class Extension(models.Model):
    """The one extension of an item's limit: how long, who approved it, why. 行政许可法 第四十二条第一款."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.OneToOneField("cases.SubApplication", on_delete=models.PROTECT, related_name="extension")
    working_days = models.PositiveSmallIntegerField()
    approver = models.CharField(max_length=100)
    reason = models.CharField(max_length=300)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(working_days__gte=1, working_days__lte=15), name="an_extension_within_the_law"
            )
        ]


class HeldAnswer(models.Model):
    """A decision that has come but must not take effect yet: bound items, papers still owed, a fee to pay first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.OneToOneField("cases.SubApplication", on_delete=models.PROTECT, related_name="held_answer")
    answer = SealedField(json=True, default=dict)
    reason = models.CharField(max_length=32)
    held_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
