"""What the adapters must remember: whose systems there are, who changed them, nonces seen, what was asked and said."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField
from integrations.http import systems
from integrations.sharing_models import QuotaUse as QuotaUse

# The same shape as the `<dept>` part of a callback address.
DEPARTMENT_CODE = RegexValidator(r"\A[A-Z][A-Z0-9]{0,15}\Z")


def valid_base_url(text: str) -> None:
    """An http(s) address with a host and nothing that could smuggle: no user, query, fragment or dots in the path."""
    parts = urlsplit(text)
    plain = not (parts.username or parts.password or parts.query or parts.fragment or ".." in parts.path)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise ValidationError(_("地址应为 http(s)://主机[:端口]/路径，不带账号和参数。"))


HOST_PATTERN = RegexValidator(
    r"\A(\*\.)?[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?\Z|\A\[?[0-9a-f:.]+\]?\Z",
    _("写主机名、*.后缀或一个 IP 地址，小写。"),
)


class Algorithm(models.TextChoices):
    SHA256 = "hmac-sha256", "HMAC-SHA256"
    SM3 = "hmac-sm3", "HMAC-SM3"


class DepartmentSystem(models.Model):
    """The system of one department that speaks the contract. A department without a row works by hand."""

    department = models.CharField(_("部门"), max_length=16, unique=True, validators=[DEPARTMENT_CODE])
    base_url = models.CharField(_("地址"), max_length=300, validators=[valid_base_url])
    algorithm = models.CharField(_("签名算法"), max_length=16, choices=Algorithm, default=Algorithm.SHA256)
    supports_query = models.BooleanField(_("可按键查询"), default=True)
    supports_callbacks = models.BooleanField(_("会回调"), default=True)
    enabled = models.BooleanField(_("启用"), default=True)
    # Without keys the same thing sent twice has two effects: what is not known to have arrived goes to a person.
    supports_keys = models.BooleanField(_("按幂等键去重"), default=True)
    quota = models.PositiveSmallIntegerField(
        _("并行上限"), default=8, validators=[MinValueValidator(1), MaxValueValidator(64)]
    )
    # A batch ends within the lease of 20 s; a call may not take longer than its batch.
    deadline_s = models.PositiveSmallIntegerField(
        _("等候上限（秒）"), default=8, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    updated = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("部门系统")
        ordering = ["department"]
        constraints = [
            models.CheckConstraint(condition=models.Q(quota__gte=1), name="quota_at_least_one"),
            models.CheckConstraint(
                condition=models.Q(deadline_s__gte=1, deadline_s__lte=10), name="deadline_in_bounds"
            ),
        ]

    def __str__(self) -> str:
        return self.department


class DepartmentKey(models.Model):
    """A secret shared with one department, for one address. Two are valid while rotating; a revoked one never is.

    `algorithm` and `address` empty: as the system has them. A key signs what goes to its own address only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.ForeignKey(DepartmentSystem, on_delete=models.CASCADE, related_name="keys", verbose_name=_("系统"))
    key_id = models.CharField(_("密钥编号"), max_length=64, unique=True)
    secret = SealedField()
    algorithm = models.CharField(_("签名算法"), max_length=16, choices=Algorithm, blank=True, default="")
    address = models.CharField(_("绑定的地址"), max_length=300, blank=True, default="")
    valid_from = models.DateTimeField(_("生效"), default=timezone.now)
    valid_to = models.DateTimeField(_("失效"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("作废"), null=True, blank=True)
    revoked_for = models.CharField(_("作废原因"), max_length=200, blank=True, default="")
    # Written now and then, not at every use.
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("部门密钥")
        ordering = ["system", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_for="") | models.Q(revoked_at__isnull=False),
                name="only_revoked_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.key_id


class AllowedHost(models.Model):
    """A host that departments' systems may be on: a name, all names below one (`*.gov.cn`), or a public address."""

    pattern = models.CharField(_("主机"), max_length=255, unique=True, validators=[HOST_PATTERN])
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("允许的主机")
        ordering = ["pattern"]

    def __str__(self) -> str:
        return self.pattern


class SystemChange(models.Model):
    """An address that one person proposes and another puts in force (四眼原则); until then the old one stays.

    Also how a system is switched on. `keeps_keys`: the keys of the old address are taken along on purpose.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("等人复核")
        CONFIRMED = "confirmed", _("已生效")
        DECLINED = "declined", _("没有同意")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.ForeignKey(
        DepartmentSystem, on_delete=models.CASCADE, related_name="changes", verbose_name=_("系统")
    )
    old_url = models.CharField(_("原地址"), max_length=300)
    new_url = models.CharField(_("新地址"), max_length=300, validators=[valid_base_url])
    keeps_keys = models.BooleanField(_("沿用原密钥"), default=False)
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(_("状态"), max_length=16, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("地址变更")
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["system"], condition=models.Q(state="proposed"), name="one_open_change_per_system"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("proposed_by"))),
                name="four_eyes_on_addresses",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.new_url}"


class SystemRecord(models.Model):
    """Who did what to a department's system, its keys and its lines: written once, only read afterwards."""

    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    department = models.CharField(_("部门"), max_length=16, db_index=True)
    kind = models.CharField(_("事项"), max_length=32)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    facts = models.JSONField(_("内容"), default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("系统变更记录")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.department} {self.kind}"


class Nonce(models.Model):
    """A nonce that a department used; kept 24 hours, far longer than a signature counts."""

    department = models.CharField(max_length=16)
    nonce = models.CharField(max_length=128)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "nonce"], name="nonce_once_per_department")]

    def __str__(self) -> str:
        return f"{self.department} {self.seen_at:%F %T}"


class RegisterCall(models.Model):
    """Who was asked for what, why and with what outcome: the trail that the data-sharing rules ask for (国令809号).

    It names the case and the consent; whom the answer was about stands there, not here.
    """

    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    kind = models.CharField(_("种类"), max_length=8, choices=[("api", _("数据接口")), ("licence", _("电子证照"))])
    code = models.CharField(_("代码"), max_length=64)
    department = models.CharField(_("部门"), max_length=16)
    purpose = models.CharField(_("用途"), max_length=200)
    case_no = models.CharField(_("办件编号"), max_length=64, blank=True, db_index=True)
    sub_application_id = models.UUIDField(_("子办件"), null=True, blank=True)
    consent_id = models.CharField(_("授权编号"), max_length=64, blank=True)
    outcome = models.CharField(
        _("结果"),
        max_length=12,
        choices=[("found", _("有记录")), ("empty", _("查无记录")), ("unavailable", _("未能查到"))],
    )
    elapsed_ms = models.PositiveIntegerField(_("毫秒"))

    class Meta:
        verbose_name = verbose_name_plural = _("数据共享调用")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.code} {self.outcome}"


def _configuration_changed(**_signal: object) -> None:
    systems.forget()


for _model in (DepartmentSystem, DepartmentKey, AllowedHost):
    for _signal in (post_save, post_delete):
        _signal.connect(_configuration_changed, sender=_model, weak=False)
