"""Terminals, who stood at them when, and what is valid for moments only: cards, codes, links for photographs."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField

SHORTEST_S, LONGEST_S = 30, 600


class Terminal(models.Model):
    """A registered device. It shows a secret of its own with every request; only the digest of that is kept.

    `reader_key` is what its card reader signs with. `enrol_digest`: of the code that registers the device, once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(_("终端编号"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    place = models.CharField(_("放在哪里"), max_length=120)
    idle_s = models.PositiveSmallIntegerField(_("多少秒没人动就询问"), default=60)
    has_reader = models.BooleanField(_("有身份证读卡器"), default=True)
    has_printer = models.BooleanField(_("有打印机"), default=True)
    is_active = models.BooleanField(_("启用"), default=True)
    token_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    enrol_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    enrol_until = models.DateTimeField(null=True, editable=False)
    reader_key = SealedField(null=True, editable=False)
    registered_at = models.DateTimeField(_("登记时间"), null=True, editable=False)
    seen_at = models.DateTimeField(_("最近在线"), null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("自助终端")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["token_digest"], condition=~models.Q(token_digest=""), name="one_terminal_per_secret"
            ),
            models.CheckConstraint(
                condition=models.Q(idle_s__gte=SHORTEST_S, idle_s__lte=LONGEST_S), name="idle_time_is_sensible"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Stay(models.Model):
    """Somebody signed in at a terminal, from the card to the end. Whoever comes next ends the stay before."""

    class Means(models.TextChoices):
        FACE = "card_face", _("身份证并比对本人")
        CARD = "card_code", _("身份证和短信码")
        CODE = "code", _("证件号码和短信码")

    class End(models.TextChoices):
        LEFT = "left", _("本人退出")
        IDLE = "idle", _("长时间没有操作")
        NEXT = "next", _("终端重新开始")
        OFF = "off", _("终端停用")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="stays", verbose_name=_("终端"))
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    means = models.CharField(_("怎么登录的"), max_length=16, choices=Means)
    began_at = models.DateTimeField(_("开始"), default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    keeps_drafts = models.BooleanField(_("草稿留着"), default=False)
    ended_at = models.DateTimeField(_("结束"), null=True)
    how = models.CharField(_("怎么结束的"), max_length=8, choices=End, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("终端使用记录")
        ordering = ["-began_at"]
        indexes = [models.Index(fields=["seen_at"], name="open_stays", condition=models.Q(ended_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["terminal"], condition=models.Q(ended_at=None), name="one_person_at_a_terminal"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, how="") | models.Q(ended_at__isnull=False) & ~models.Q(how=""),
                name="an_ended_stay_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.began_at:%Y-%m-%d %H:%M}"


class CardRead(models.Model):
    """A reading of a card, so that the same reading opens nothing twice."""

    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terminal", "nonce"], name="a_card_reading_counts_once")]


class SignInCode(models.Model):
    """A code of six digits sent to a phone, for one terminal. Without an account nothing was sent, and nobody told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    means = models.CharField(max_length=16, choices=Stay.Means)
    digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-sent_at"], name="kiosk_code_of_account"),
            models.Index(fields=["terminal", "-sent_at"], name="kiosk_code_at_terminal"),
        ]


class PhotoLink(models.Model):
    """A link for minutes: whoever opens it on a phone puts photographs into one slot of one case, and sees nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    slot = models.CharField(max_length=96)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    files = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["case", "slot"], name="photo_link_of_slot")]
