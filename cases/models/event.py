"""History and read trail: append-only, chained by hash, refused to UPDATE and DELETE by triggers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Something that happened to a case. `facts` holds ids and words of the engine, never personal values."""

    keys_are_for_the_database = True  # it is found by its case and its place in the history

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=64)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, null=True, related_name="events")
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64, blank=True, default="")
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = _("经过")
        ordering = ["case", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="one_event_per_seq")]


class AccessRecord(models.Model):
    """Somebody of staff read personal data of a case: who, what, for which purpose. 个人信息保护法 第五十一条."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="access_records")
    seq = models.PositiveIntegerField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    department = models.CharField(max_length=16, blank=True, default="")
    what = models.CharField(max_length=64)
    purpose = models.CharField(max_length=200)
    at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["case", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="one_access_record_per_seq")]
