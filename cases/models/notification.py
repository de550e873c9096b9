"""Messages to people: written in the transaction that makes them true, carried to the phone afterwards."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField

DUE = models.Q(state="due")


class Notification(models.Model):
    """One message to one person: its template and values, the number it goes to, and what became of it there.

    Whatever becomes of it, the person reads it in the portal: `account` is whose inbox. `within`: the message that
    speaks for this one on the phone, because it says the same or because several are told at once.
    """

    class State(models.TextChoices):
        KEPT = "kept", _("站内可读，不发短信")
        DUE = "due", _("待发")
        SENT = "sent", _("已发出")
        MERGED = "merged", _("并入另一条发出")
        REFUSED = "refused", _("被拒收")
        GIVEN_UP = "given_up", _("多次未发出，不再发")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("办件")
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    to = SealedField(null=True)
    template = models.CharField(_("模板"), max_length=64)
    values = SealedField(json=True, default=dict)
    at = models.DateTimeField(_("时间"))
    state = models.CharField(_("状态"), max_length=8, choices=State)
    next_at = models.DateTimeField(_("下次"), null=True)
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    reason = models.CharField(_("原因"), max_length=200, blank=True, default="")
    within = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="speaks_for", db_index=False)
    closed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("消息")
        indexes = [
            models.Index(fields=["account", "-at"], name="notification_of_account"),
            models.Index(fields=["next_at"], name="notification_due", condition=DUE),
            models.Index(fields=["within"], name="notification_within", condition=models.Q(within__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~DUE | models.Q(next_at__isnull=False), name="due_notification_has_a_time"
            ),
            models.CheckConstraint(condition=~DUE | models.Q(to__isnull=False), name="due_notification_has_a_number"),
            models.CheckConstraint(
                condition=models.Q(state="merged", within__isnull=False)
                | ~models.Q(state="merged") & models.Q(within__isnull=True),
                name="merged_notification_names_the_other",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.at:%F %T}"
