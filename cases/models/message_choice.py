"""What a person chose about messages: whether they go to the phone, and between which hours it stays quiet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MessageChoice(models.Model):
    """One row an account that chose; without one the hours of the platform count and messages go to the phone.

    The quiet begins at `quiet_from` o'clock in the evening and ends at `quiet_until` in the morning.
    """

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    on_phone = models.BooleanField(_("发短信"), default=True)
    quiet_from = models.PositiveSmallIntegerField(_("几点以后不打扰"))
    quiet_until = models.PositiveSmallIntegerField(_("到早上几点"))
    chosen_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("消息设置")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__gte=12, quiet_from__lte=23, quiet_until__gte=0, quiet_until__lte=12),
                name="quiet_lasts_from_evening_to_morning",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.quiet_from}–{self.quiet_until}"
