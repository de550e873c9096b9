"""Departments among themselves: asking one another for an opinion (征求意见), handing an item on (转办)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Consultation(models.Model):
    """A question of the deciding department to another one; no item of its own. Past `due_on`: no opinion."""

    class State(models.TextChoices):
        OPEN = "open", _("等回复")
        ANSWERED = "answered", _("已回复")
        SILENT = "silent", _("逾期未回，视为无意见")
        CANCELLED = "cancelled", _("已取消")

    class Opinion(models.TextChoices):
        AGREES = "agrees", _("同意")
        OBJECTS = "objects", _("不同意")
        NONE = "none", _("无意见")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="consultations")
    department = models.CharField(max_length=16, db_index=True)
    # The special procedure that it is a part of, where there is one.
    procedure = models.CharField(max_length=64, blank=True, default="")
    question = SealedField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    opinion = models.CharField(max_length=16, choices=Opinion, blank=True, default="")
    answer = SealedField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sub", "department"], condition=models.Q(state="open"), name="one_open_question_per_department"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at=None) | ~models.Q(state="open") & ~models.Q(closed_at=None),
                name="a_closed_question_has_its_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="answered") | ~models.Q(opinion=""), name="an_answer_says_what_it_thinks"
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="open_questions_due", condition=models.Q(state="open")),
        ]


class Reassignment(models.Model):
    """An item handed on to another department, with the reason. A wrong one goes back to the lead (牵头部门)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="reassignments")
    from_department = models.CharField(max_length=16)
    to_department = models.CharField(max_length=16)
    # Back to the lead department: from here until it is handed on, the time is the lead's.
    to_lead = models.BooleanField(default=False)
    reason = SealedField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(from_department=models.F("to_department")), name="handed_on_to_somebody_else"
            )
        ]
