"""Papers still owed after acceptance (容缺受理)."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class OwedPaper(models.Model):
    """A minor paper that was promised for later: accepted first, examined first, no result before it is there.

    国发〔2022〕5号. `reminded`: for how many working days before the due day the applicant was last reminded.
    """

    class State(models.TextChoices):
        OWED = "owed", _("待补交")
        HANDED_IN = "handed_in", _("已补交")
        LAPSED = "lapsed", _("逾期未交")
        DROPPED = "dropped", _("不用交了")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="owed_papers")
    slot = models.CharField(max_length=96)
    material_id = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State, default=State.OWED)
    promised_at = models.DateTimeField()
    due_on = models.DateField()
    reminded = models.PositiveSmallIntegerField(null=True)
    next_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "slot"]
        indexes = [models.Index(fields=["next_at"], name="owed_next", condition=models.Q(state="owed"))]
        constraints = [
            models.UniqueConstraint(fields=["case", "slot"], name="owed_once_per_slot"),
            models.CheckConstraint(
                condition=~models.Q(state="owed") | models.Q(next_at__isnull=False), name="owed_paper_is_looked_at"
            ),
            models.CheckConstraint(
                condition=models.Q(state="owed") | models.Q(closed_at__isnull=False), name="settled_paper_is_closed"
            ),
        ]
