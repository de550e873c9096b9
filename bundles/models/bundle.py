"""Bundles (一件事) and their versions: a draft is edited, a published version is frozen for ever."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class VersionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    RETIRED = "retired", "已停用"


class DocumentField(models.TextField):
    """A definition as JSON text: keys keep the order in which the administrator wrote them."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))


def fingerprint(document: Any) -> str:
    """SHA-256 of the content; the order of keys does not count."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class Bundle(models.Model):
    """A bundle over all its versions. Name, class, stage and lead follow the published definition."""

    code = models.CharField("代码", max_length=16, unique=True)
    zh = models.CharField("名称", max_length=100)
    en = models.CharField("英文名称", max_length=200, blank=True)
    class_name = models.CharField("对象", max_length=10)
    stage = models.CharField("生命周期阶段", max_length=20)
    lead = models.ForeignKey("bundles.Department", models.PROTECT, verbose_name="牵头部门", related_name="+")
    published = models.OneToOneField(
        "bundles.BundleVersion", models.PROTECT, verbose_name="现行版本", null=True, blank=True, related_name="+"
    )
    enabled = models.BooleanField("可以申请", default=True, help_text="停用后不再接受新申请，在办的继续")

    class Meta:
        verbose_name = "一件事"
        verbose_name_plural = "一件事"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.zh}（{self.code}）"


class BundleVersion(models.Model):
    """One version of a definition. A trigger keeps a version that is no draft from being changed or deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bundle = models.ForeignKey(Bundle, models.PROTECT, verbose_name="一件事", related_name="versions")
    number = models.PositiveIntegerField("版本号")
    state = models.CharField("状态", max_length=10, choices=VersionState, default=VersionState.DRAFT)
    document = DocumentField("定义")
    fingerprint = models.CharField("内容指纹", max_length=64, editable=False)
    change_note = models.CharField("改了什么", max_length=300, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="建立人", null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发布人", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "版本"
        verbose_name_plural = "版本"
        ordering = ["bundle", "-number"]
        permissions = [("publish_bundleversion", "发布、停用和回退版本")]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "number"], name="version_number_once_a_bundle"),
            models.UniqueConstraint(
                fields=["bundle"], condition=Q(state=VersionState.PUBLISHED), name="one_published_version_a_bundle"
            ),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT) | Q(published_at__isnull=False), name="published_at_known"
            ),
        ]
        indexes = [models.Index(F("bundle"), F("number").desc(), name="versions_newest_first")]

    def __str__(self) -> str:
        return f"{self.bundle.zh} 第 {self.number} 版（{self.get_state_display()}）"

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.DRAFT
