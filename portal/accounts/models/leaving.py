"""Taking one's data along (个人信息保护法 第四十五条) and leaving (第四十七条)."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.account import Account


class DataExport(models.Model):
    """A copy of everything about an account, as one file; made in the background, deleted after its last day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="exports")
    asked_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(null=True, default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    file = models.FileField(upload_to="exports", max_length=200, blank=True, default="")
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("数据副本")
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["next_at"], name="export_next", condition=models.Q(next_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(made_at=None, failed_at=None),
                name="one_export_under_way",
            ),
            models.CheckConstraint(
                condition=models.Q(failed_at__isnull=False)
                | models.Q(deleted_at__isnull=False)
                | models.Q(next_at__isnull=False),
                name="export_is_looked_at_again",
            ),
        ]


class Closure(models.Model):
    """An account is to be closed: on a day, unless its owner changes the mind before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="closures")
    asked_at = models.DateTimeField(default=timezone.now)
    effective_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=16, blank=True, default="")  # owner, or what stood in the way
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("注销")
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["next_at"], name="closure_next", condition=models.Q(next_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(cancelled_at=None, done_at=None),
                name="one_closure_under_way",
            ),
            models.CheckConstraint(
                condition=models.Q(cancelled_at__isnull=False)
                | models.Q(done_at__isnull=False)
                | models.Q(next_at__isnull=False),
                name="closure_is_looked_at_again",
            ),
        ]
