"""Mandates (委托): who may act for whom, in what, until when. 民法典 第一百六十五条 names what one must say."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField
from portal.accounts.models.account import Account


class Organisation(models.Model):
    """The one account a company, shop or public body is found by: cases and drafts stay with it, whoever acts."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="organisation")
    uscc_index = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("单位")


class Mandate(models.Model):
    """One person may act for one account. `bundles` empty means every bundle, which only a body may give.

    Asked for, accepted by the person signed in, ended by either side or on the day after `until`. `cases_since`:
    a delegate of a person sees no case that was begun before it. `sensitive`: the principal agreed apart that
    sensitive data is looked up when this person asks (个人信息保护法 第二十九条).
    """

    class Kind(models.TextChoices):
        LEGAL = "legal", _("法定代表人（负责人）")
        AGENT = "agent", _("经办人")
        DELEGATE = "delegate", _("代办人")

    class Act(models.TextChoices):
        FILL = "fill", _("填写和上传")
        SUBMIT = "submit", _("提交、补正和承诺")
        PAY = "pay", _("缴费")
        RECEIVE = "receive", _("查看和领取结果")
        WITHDRAW = "withdraw", _("撤回")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind)
    principal = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="mandates_given")
    person = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="mandates_held")
    name = SealedField()
    id_no = SealedField()
    id_index = models.CharField(max_length=64)
    phone = SealedField(null=True)
    bundles = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    acts = ArrayField(models.CharField(max_length=16, choices=Act), default=list)
    sensitive = models.BooleanField(default=False)
    starts_on = models.DateField()
    until = models.DateField(null=True)
    cases_since = models.DateTimeField()
    link_digest = models.CharField(max_length=64, blank=True, default="")
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("委托")
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["id_index"], name="mandate_by_number", condition=models.Q(ended_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "id_index"], condition=models.Q(ended_at=None), name="one_mandate_a_person"
            ),
            models.UniqueConstraint(
                fields=["link_digest"], condition=~models.Q(link_digest=""), name="a_link_opens_one_mandate"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="legal") | models.Q(until__gte=models.F("starts_on")),
                name="mandate_has_a_term",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="delegate") | models.Q(bundles__len__gt=0),
                name="delegate_is_for_named_bundles",
            ),
            models.CheckConstraint(condition=models.Q(acts__len__gt=0), name="mandate_names_acts"),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(person__isnull=False), name="accepted_by_a_person"
            ),
            models.CheckConstraint(
                condition=models.Q(person=None) | ~models.Q(person=models.F("principal")),
                name="nobody_acts_for_oneself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def standing(self, day: date) -> str:
        """asked, later (accepted, not begun), stands, over (past its last day), ended (taken back or declined)."""
        if self.ended_at is not None:
            return "ended"
        if self.until is not None and day > self.until:
            return "over"
        if self.accepted_at is None:
            return "asked"
        return "later" if day < self.starts_on else "stands"
