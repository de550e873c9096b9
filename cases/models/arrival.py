"""Arrivals: callbacks that are stored for good and have not taken effect yet."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Arrival(models.Model):
    """A verified callback (回执待办), until the pump has applied it: then its message is in the inbox and the row gone.

    `words` keeps the bytes and the answer that was read from them. `lease_no` counts the tries that were announced
    before they were made, which is done from the second look on: what kills its reader is known by it.

    The references carry no constraint of the database: that would make the door wait for whoever works on the case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.CharField(max_length=16)
    event_id = models.CharField(max_length=100)
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    sub = models.ForeignKey(
        "cases.SubApplication", on_delete=models.PROTECT, related_name="arrivals", db_constraint=False, db_index=False
    )
    status = models.CharField(max_length=32)
    words = SealedField(json=True, default=dict)
    headers = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    next_at = models.DateTimeField()
    lease_no = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("回执待办")
        indexes = [models.Index(fields=["next_at"], name="arrival_due")]
        constraints = [models.UniqueConstraint(fields=["department", "event_id"], name="an_event_arrives_once")]

    def __str__(self) -> str:
        return f"{self.department} {self.status} {self.received_at:%F %T}"
