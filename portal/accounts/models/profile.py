"""What a person keeps here beside the account: addresses for delivery, and codes sent to prove a phone."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField
from portal.accounts.models.account import Account


class Address(models.Model):
    """Where results may be sent to. The first is offered first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="addresses")
    name = SealedField()
    phone = SealedField()
    place = SealedField()
    is_first = models.BooleanField(default=False)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("收件地址")
        ordering = ["-is_first", "-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=models.Q(is_first=True), name="one_first_address")
        ]


class SentCode(models.Model):
    """A code of six digits sent to a phone: kept as a digest, a few tries, ten minutes."""

    class For(models.TextChoices):
        OLD_PHONE = "old_phone", _("确认原手机号")
        NEW_PHONE = "new_phone", _("确认新手机号")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=16, choices=For)
    phone = SealedField()
    digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("验证码")
        indexes = [models.Index(fields=["account", "-sent_at"], name="code_of_account")]
