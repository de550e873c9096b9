"""The licence library (证照库): licences that were issued here or fetched by their holder, and who may use them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Licence(models.Model):
    """An electronic licence (电子证照): whose, of which kind, since and until when, how far it can be trusted.

    `result`: the result of a case it came out of; None for one that its holder had fetched from the department that
    keeps it. `licence_id`: its id at that department, once known; `confirmed_at`: when the department last said so.
    The face is sealed; number and holder are found by blind index. 国令716号 第十条: in force it equals the paper.
    """

    class State(models.TextChoices):
        IN_FORCE = "in_force", _("有效")
        SUPERSEDED = "superseded", _("已被新证取代")
        REVOKED = "revoked", _("已撤销")
        EXPIRED = "expired", _("已过有效期")

    class Trust(models.TextChoices):
        """可信等级 (国办函〔2016〕108号): what a level permits stands in `cases.queries.trust`."""

        A = "A", _("发证部门电子签发")
        B = "B", _("发证部门核对过的数据")
        C = "C", _("与原件比对过的副本")
        D = "D", _("持证人自己提供，未经核对")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=64)
    department = models.CharField(max_length=16, blank=True, default="")
    result = models.OneToOneField("cases.Result", on_delete=models.PROTECT, null=True, related_name="licence")
    licence_id = models.CharField(max_length=128, blank=True, default="")
    holder_index = models.CharField(max_length=64)
    number_index = models.CharField(max_length=64, blank=True, default="")
    holder = SealedField(json=True, default=dict)
    face = SealedField(json=True, default=dict)
    trust = models.CharField(max_length=1, choices=Trust)
    copies = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=16, choices=State, default=State.IN_FORCE)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    issued_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = SealedField(null=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="superseded")

    class Meta:
        verbose_name = _("电子证照")
        verbose_name_plural = _("电子证照")
        ordering = ["-issued_at"]
        indexes = [
            models.Index(fields=["holder_index", "code"], name="licence_of_holder"),
            models.Index(fields=["code", "number_index"], name="licence_by_number"),
            models.Index(fields=["licence_id"], name="licence_by_foreign_id", condition=~models.Q(licence_id="")),
            models.Index(fields=["valid_to"], name="licence_runs_out", condition=models.Q(state="in_force")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["holder_index", "code", "licence_id"],
                condition=models.Q(result=None),
                name="fetched_licence_once",
            ),
            models.CheckConstraint(
                condition=models.Q(result__isnull=False) | ~models.Q(licence_id=""), name="fetched_licence_has_an_id"
            ),
            models.CheckConstraint(
                condition=models.Q(state="in_force", ended_at=None)
                | (~models.Q(state="in_force") & models.Q(ended_at__isnull=False)),
                name="licence_in_force_or_ended",
            ),
            models.CheckConstraint(condition=models.Q(trust__in=["A", "B", "C", "D"]), name="licence_trust_is_known"),
            models.CheckConstraint(
                condition=models.Q(superseded_by=None) | models.Q(state="superseded"),
                name="only_superseded_names_the_newer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"


class LicenceGrant(models.Model):
    """A holder lets one licence be used: in one case, or shown once by code (授权用证、亮证); until when; revocable.

    `given_by` is the holder or the guardian (`basis` says what shows that); at the window the clerk (`recorded_by`)
    writes down how the holder agreed (`evidence`). 个人信息保护法 第十四、十五、三十一条.
    """

    class Means(models.TextChoices):
        SIGN_IN = "sign_in", _("本人登录")
        GUARDIAN = "guardian", _("监护人代为同意")
        COUNTER = "counter", _("窗口当面")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="grants")
    holder_index = models.CharField(max_length=64)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="licence_grants")
    item_id = models.CharField(max_length=64, blank=True, default="")
    code_index = models.CharField(max_length=64, blank=True, default="")
    purpose = models.CharField(max_length=200)
    means = models.CharField(max_length=16, choices=Means)
    basis = models.CharField(max_length=96, blank=True, default="")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    evidence = SealedField(null=True)
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("用证授权")
        verbose_name_plural = _("用证授权")
        ordering = ["-given_at"]
        indexes = [
            models.Index(fields=["holder_index", "-given_at"], name="grant_of_holder"),
            models.Index(fields=["case"], name="grant_for_case", condition=models.Q(revoked_at=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("given_at")), name="grant_ends_later"),
            models.CheckConstraint(
                condition=models.Q(case__isnull=False, code_index="")
                | (models.Q(case=None) & ~models.Q(code_index="")),
                name="grant_for_a_case_or_by_code",
            ),
            models.CheckConstraint(condition=~models.Q(purpose=""), name="grant_says_what_for"),
            models.CheckConstraint(
                condition=models.Q(given_by__isnull=False)
                | models.Q(means="counter", recorded_by__isnull=False, evidence__isnull=False),
                name="somebody_gave_the_grant",
            ),
            models.UniqueConstraint(
                fields=["licence", "case", "item_id"],
                condition=models.Q(revoked_at=None, case__isnull=False),
                name="one_standing_grant_per_use",
            ),
            models.UniqueConstraint(
                fields=["code_index"], condition=~models.Q(code_index=""), name="one_grant_per_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence_id} {self.given_at:%F}"


class LicenceCopy(models.Model):
    """A watermarked view of a licence for one purpose, as it was handed out; whoever holds it verifies it by `mark`.

    Append-only. `sha256` fixes what stood on the face; the standing of the licence is read when it is verified.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="copies_made")
    grant = models.ForeignKey(LicenceGrant, on_delete=models.PROTECT, null=True, related_name="copies_made")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="licence_copies")
    mark = models.CharField(max_length=32, unique=True)
    purpose = models.CharField(max_length=200)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64, blank=True, default="")
    department = models.CharField(max_length=16, blank=True, default="")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("用证件")
        verbose_name_plural = _("用证件")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["licence", "-made_at"], name="copies_of_licence")]
        constraints = [models.CheckConstraint(condition=~models.Q(purpose=""), name="copy_says_what_for")]

    def __str__(self) -> str:
        return self.mark


class OriginalCheck(models.Model):
    """A paper that a licence of level C stands for: nothing to upload, but somebody looks at the original (核原件).

    It lives and goes with the material it belongs to; until `seen_at` no approval that rests on it takes effect.
    """

    material = models.OneToOneField(
        "cases.Material", on_delete=models.CASCADE, primary_key=True, related_name="original_check"
    )
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="original_checks")
    wanted_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    department = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["case"], name="originals_to_see", condition=models.Q(seen_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seen_at=None, seen_by=None) | models.Q(seen_at__isnull=False, seen_by__isnull=False),
                name="original_was_seen_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.material_id}"
