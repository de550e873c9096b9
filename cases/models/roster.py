"""Rosters (名册): what an organisation imports for many people, one row a person, and what became of each row."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Roster(models.Model):
    """One round of a batch. The case is the organisation's; a make-up round takes over who did not answer in time."""

    class State(models.TextChoices):
        DRAFT = "draft", _("待预检")
        CHECKED = "checked", _("预检通过")
        CONFIRMING = "confirming", _("等本人确认")
        RUNNING = "running", _("办理中")
        CLOSED = "closed", _("已结束")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="rosters")
    round = models.PositiveSmallIntegerField(default=1)
    group = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    confirm_by = models.DateField(null=True)
    opened_at = models.DateTimeField(null=True)
    reminded = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["round"]
        indexes = [models.Index(fields=["next_at"], name="roster_next", condition=models.Q(next_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="one_roster_a_round"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["confirming", "running"]) | models.Q(next_at__isnull=False),
                name="open_roster_is_looked_at_again",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(closed_at__isnull=False), name="closed_roster_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.round}"


class RosterRow(models.Model):
    """One person of a roster. `number` is the row of the imported file and is kept for good.

    The organisation sees the state. The account, the reasons and the own case of the person are not for it to see.
    """

    class State(models.TextChoices):
        FAULTY = "faulty", _("有误，待更正")
        READY = "ready", _("已通过检查")
        ASKED = "asked", _("待本人确认")
        FILED = "filed", _("本人已确认，办理中")
        DONE = "done", _("已办结")
        DECLINED = "declined", _("本人不办")
        RETURNED = "returned", _("本人说信息有误，待更正")
        UNCONFIRMED = "unconfirmed", _("到期未确认")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    values = SealedField(json=True, default=dict)
    # [{"field", "text"}]: what keeps the row back, in sentences for whoever corrects it.
    faults = SealedField(json=True, default=list)
    id_index = models.CharField(max_length=64, blank=True, default="", db_index=True)
    # Within a season (bundle and year) a person stands in one roster only.
    season = models.CharField(max_length=48)
    state = models.CharField(max_length=16, choices=State, default=State.FAULTY)
    # What a department or register left open about the row; for a person to see to, it refuses nobody.
    hints = SealedField(json=True, default=list)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, null=True, related_name="roster_row")
    link_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    link_expires_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    # Why the person does not take part, or what the person says is wrong: only for the person and the department.
    said = SealedField(json=True, default=dict)

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["roster", "state"], name="row_of_roster")]
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="one_row_a_number"),
            models.UniqueConstraint(
                fields=["season", "id_index"],
                condition=models.Q(state__in=["asked", "filed", "done"]) & ~models.Q(id_index=""),
                name="one_live_row_a_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["filed", "done"]) | models.Q(case__isnull=False),
                name="confirmed_row_has_a_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.roster_id}#{self.number}"
