"""Data disputes (数据异议): what a register says, what the applicant says, and who is right."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class DataDispute(models.Model):
    """A locked, prefilled value that the applicant says is wrong; the source's department looks and answers.

    政务数据共享条例: shared data is checked and corrected at its source. Nothing else waits for it meanwhile.
    """

    class State(models.TextChoices):
        OPEN = "open", _("核对中")
        UPHELD = "upheld", _("已更正")
        REFUSED = "refused", _("核对无误")
        WITHDRAWN = "withdrawn", _("本人已撤回")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="disputes")
    path = models.CharField(max_length=128)
    source = models.CharField(max_length=128)
    department = models.CharField(max_length=16, db_index=True)
    held_value = SealedField(json=True)
    stated_value = SealedField()
    reason = SealedField()
    evidence = models.ForeignKey("cases.Material", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer = SealedField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    next_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at"]
        indexes = [models.Index(fields=["next_at"], name="dispute_next", condition=models.Q(state="open"))]
        constraints = [
            models.UniqueConstraint(fields=["case", "path"], name="one_dispute_per_value"),
            models.CheckConstraint(
                condition=~models.Q(state="open") | models.Q(next_at__isnull=False), name="open_dispute_is_looked_at"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open") | models.Q(answered_at__isnull=False), name="a_verdict_has_a_day"
            ),
        ]
