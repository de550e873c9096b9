"""What was done with an account: written once, only read afterwards."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.account import Account


class AccountEvent(models.Model):
    """Something that happened to an account. `facts` holds ids and words of the portal, never personal values."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="trail")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=32)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("账户记录")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["account", "-at"], name="trail_of_account")]
