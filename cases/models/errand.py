"""Errands to the licence library: what must reach it, remembered until it has."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class LicenceErrand(models.Model):
    """One thing to tell the licence library about a result (数据回流). Carried outside transactions, repeated alike.

    `issue`: keep the result there as a licence; `supersede`, `revoke`: the holder's older licences of this kind, or
    this result's own, are no longer valid. 政务数据共享条例: what was decided flows back, in time and complete.
    """

    class Act(models.TextChoices):
        ISSUE = "issue", _("写入证照库")
        SUPERSEDE = "supersede", _("旧证失效")
        REVOKE = "revoke", _("注销证照")

    class State(models.TextChoices):
        DUE = "due", _("待送")
        DONE = "done", _("已送到")
        REFUSED = "refused", _("被退回")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    result = models.ForeignKey("cases.Result", on_delete=models.PROTECT, related_name="errands")
    act = models.CharField(max_length=16, choices=Act)
    licence_code = models.CharField(max_length=64)
    holder = SealedField(json=True, default=dict)
    reason = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=16, choices=State, default=State.DUE)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    licence_ids = models.JSONField(default=list)
    last_error = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["next_at"], name="errand_due", condition=models.Q(state="due"))]
        constraints = [
            models.UniqueConstraint(fields=["result", "act", "licence_code"], name="one_errand_per_result"),
            models.CheckConstraint(
                condition=~models.Q(state="due") | models.Q(next_at__isnull=False), name="due_errand_has_a_time"
            ),
        ]
