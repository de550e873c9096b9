"""Accounts: people, companies' operators, staff. Personal values are sealed; the blind index keeps a person single."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.ports import Actor, Identity
from cases.protection import SealedField, blind_index
from cases.queries.people import Acting
from portal.accounts import duties
from portal.accounts.duties import Duty


class Role(models.TextChoices):
    CITIZEN = "citizen", _("个人")
    COMPANY = "company", _("企业经办人")
    CLERK = "clerk", _("窗口人员")
    STAFF = "staff", _("部门工作人员")
    ADMINISTRATOR = "administrator", _("配置管理员")
    SUPERVISOR = "supervisor", _("监督人员")


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Account:
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> Account:
        return self.create_user(username, password, is_staff=True, is_superuser=True, role=Role.ADMINISTRATOR, **fields)

    def with_id_no(self, id_no: str) -> Account | None:
        """The person who holds an ID number, whatever its spelling."""
        return self.filter(id_index=blind_index(id_no), role=Role.CITIZEN).first()


class Account(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. `details` holds further attributes for `account:` sources (uscc, ent_name, …).

    `acting` is of one request only: who acts for this account, on which mandate; None for the account itself.
    """

    acting: Acting | None = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("登录名"), max_length=64, unique=True)
    role = models.CharField(_("身份"), max_length=16, choices=Role, default=Role.CITIZEN)
    name = SealedField(_("姓名"))
    id_no = SealedField(_("证件号码"), null=True)
    id_index = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    phone = SealedField(_("手机号"), null=True)
    details = SealedField(json=True, default=dict)
    department = models.CharField(_("部门代码"), max_length=16, blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="")
    is_demo = models.BooleanField(_("演示人物"), default=False)
    is_staff = models.BooleanField(_("可进入配置后台"), default=False)
    duty = models.CharField(_("管理职责"), max_length=16, choices=Duty, blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    objects = AccountManager()

    class Meta:
        verbose_name = _("账户")
        verbose_name_plural = _("账户")
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"],
                condition=models.Q(role="citizen") & ~models.Q(id_index=""),
                name="one_account_per_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="staff") | ~models.Q(department=""), name="staff_belongs_to_a_department"
            ),
            models.CheckConstraint(
                condition=models.Q(duty="") | models.Q(role="administrator", duty__in=Duty.values),
                name="duties_are_for_administrators",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.id_index = blind_index(self.id_no) if self.id_no else ""
        super().save(*args, **kwargs)

    @property
    def is_operator(self) -> bool:
        """Whether an administrator looks after transport: the system administrator, where duties are kept apart."""
        if self.duty or settings.SEPARATED_DUTIES:
            return self.duty == Duty.SYSTEM
        return self.role == Role.ADMINISTRATOR

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """By the duty alone, where somebody has one or duties are kept apart; a superuser is no exception."""
        if not self.duty and not settings.SEPARATED_DUTIES:
            return super().has_perm(perm, obj)
        is_held = self.is_active and duties.allows(self.duty, perm)
        return is_held and (perm not in duties.GIVEN_APART or self._was_given(perm))

    def _was_given(self, perm: str) -> bool:
        app, _, codename = perm.partition(".")
        return self.user_permissions.filter(content_type__app_label=app, codename=codename).exists()

    def has_module_perms(self, app_label: str) -> bool:
        if self.duty or settings.SEPARATED_DUTIES:
            return self.is_active and duties.allows_app(self.duty, app_label)
        return super().has_module_perms(app_label)

    def get_short_name(self) -> str:
        """What pages call the person at the screen."""
        return self.acting.name if self.acting is not None else self.name

    @property
    def identity(self) -> Identity:
        """What the engine may know of the applicant; for a company the company comes first, then who acts for it."""
        details = dict(self.details or {})
        own = {"name": self.name, "id_no": self.id_no or "", "phone": self.phone or ""}
        if self.role == Role.COMPANY and self.acting is not None:
            own = {"name": self.acting.name, "id_no": self.acting.id_no, "phone": self.acting.phone}
        if self.role == Role.COMPANY:
            operator = {"operator_name": own["name"], "operator_id": own["id_no"], "operator_phone": own["phone"]}
            return Identity(
                "org", details.get("ent_name", ""), details.get("uscc", ""), "USCC", own | operator | details
            )
        return Identity("person", self.name, own["id_no"], details.get("id_kind", "ID"), own | details)

    @property
    def actor(self) -> Actor:
        kinds = {
            Role.CLERK: "clerk",
            Role.STAFF: "staff",
            Role.SUPERVISOR: "supervisor",
            Role.ADMINISTRATOR: "operator",
        }
        through = str(self.acting.person_id) if self.acting is not None else ""
        return Actor(kinds.get(Role(self.role), "applicant"), str(self.pk), self.department, through)  # type: ignore[arg-type]


class DutyRecord(models.Model):
    """Who gave whom which duty, or took it back, and why: written once, only read afterwards."""

    at = models.DateTimeField(_("时间"), default=timezone.now)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("账户"))
    before = models.CharField(_("原职责"), max_length=16, choices=Duty, blank=True, default="")
    after = models.CharField(_("现职责"), max_length=16, choices=Duty, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("决定人"))
    reason = models.CharField(_("理由"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = _("职责变更记录")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(account=models.F("by")), name="nobody_gives_oneself_a_duty"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.before} {self.after}"


class ApiToken(models.Model):
    """A bearer token of the API: hashed, expiring, revocable. The clear text is shown once."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    @classmethod
    def issue(cls, account: Account, name: str, *, days: int = 30) -> str:
        """Make a token and return its clear text."""
        clear = secrets.token_urlsafe(32)
        expires = timezone.now() + timedelta(days=days)
        cls.objects.create(account=account, digest=cls.digest_of(clear), name=name, expires_at=expires)
        return clear

    @classmethod
    def digest_of(cls, clear: str) -> str:
        return sha256(clear.encode()).hexdigest()

    @classmethod
    def account_of(cls, clear: str) -> Account | None:
        """The account of a valid token, None for an unknown, expired or revoked one."""
        token = (
            cls.objects.select_related("account")
            .filter(
                digest=cls.digest_of(clear), revoked_at=None, expires_at__gt=timezone.now(), account__is_active=True
            )
            .first()
        )
        return token.account if token else None


class SignInAttempts(models.Model):
    """Failed tries of a name or from an address (digests), within a window."""

    subject = models.CharField(max_length=64, unique=True)
    tries = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
