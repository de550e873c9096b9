"""Parties of a case and what they authorised."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Party(models.Model):
    """Somebody concerned by a case: the applicant, a spouse, a head of household, a child (`row` of a group)."""

    class State(models.TextChoices):
        NOT_ASKED = "not_asked", _("未请求")
        ASKED = "asked", _("等待确认")
        AGREED = "agreed", _("已确认")
        DECLINED = "declined", _("已拒绝")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="parties", db_index=False)
    party_id = models.CharField(max_length=64)
    row_index = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=8)
    consent_kind = models.CharField(max_length=16)
    name = SealedField(null=True)
    id_no = SealedField(null=True)
    id_index = models.CharField(max_length=64, blank=True, default="")
    phone = SealedField(null=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.NOT_ASKED)
    # The link carries a secret; here stands only its digest. One use, bound to the ID number.
    link_digest = models.CharField(max_length=64, blank=True, default="")
    link_expires_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    # What was signed: a digest of the answers this party agreed to. Any change asks again.
    signed_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["id_index"], name="party_by_person", condition=~models.Q(id_index=""))]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "party_id", "row_index"], name="one_row_per_party", nulls_distinct=False
            )
        ]


class Consent(models.Model):
    """An authorisation to use somebody's data or licences for a purpose; revocable. 个人信息保护法 第十四条.

    `covers` are the registers and licences, `sensitive` those of them that were agreed to apart (第二十九条); `text`
    is what the person read, by version. Past `until` it no longer counts. `basis` says how a guardian was shown
    (第三十一条).
    """

    class Means(models.TextChoices):
        SIGN_IN = "sign_in", _("本人登录")
        LINK = "link", _("短信链接")
        GUARDIAN = "guardian", _("监护人代为同意")
        COUNTER = "counter", _("窗口当面")
        DUTY = "duty", _("依法定职责，不凭同意")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="consents")
    subject_index = models.CharField(max_length=64, db_index=True)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, null=True, related_name="consents")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    purpose = models.CharField(max_length=200)
    covers = models.JSONField(default=list)
    sensitive = models.JSONField(default=list)
    means = models.CharField(max_length=16, choices=Means, default=Means.SIGN_IN)
    basis = models.CharField(max_length=96, blank=True, default="")
    text = models.TextField(blank=True, default="")
    text_version = models.CharField(max_length=32, blank=True, default="")
    given_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "subject_index", "kind"],
                condition=models.Q(revoked_at=None),
                name="one_valid_consent_per_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gt=models.F("given_at")), name="consent_ends_later"
            ),
        ]
