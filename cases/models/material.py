"""Materials of a case: one row per slot, saying how it is covered."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


def _place(instance: Material | PileFile, _name: str) -> str:
    """Files get names of our own; what the person called it stays in the sealed `name`."""
    return f"materials/{instance.case_id}/{uuid.uuid4().hex}"


class Material(models.Model):
    """A slot of a case and how it is covered. `slot` is the material id, with the row where there is one per row."""

    class Source(models.TextChoices):
        LICENCE = "licence", _("免提交")
        UPLOAD = "upload", _("上传")
        COMMITMENT = "commitment", _("告知承诺")
        DEFERRED = "deferred", _("容缺后补")
        GENERATED = "generated", _("系统生成")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="materials")
    slot = models.CharField(max_length=96)
    material_id = models.CharField(max_length=64)
    source = models.CharField(max_length=16, choices=Source)
    position = models.PositiveSmallIntegerField(default=0)
    name = SealedField(null=True)
    file = models.FileField(upload_to=_place, blank=True, default="", max_length=200)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size = models.PositiveIntegerField(default=0)
    media_type = models.CharField(max_length=100, blank=True, default="")
    pages = models.PositiveSmallIntegerField(default=1, db_default=1)
    # What makes it hard to read (cases.actions.papers.picture_advice); empty for nothing, or for advice that was heard.
    advice = models.CharField(max_length=16, blank=True, default="", db_default="")
    copied_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="copies")
    # Since when its owner wants it offered no more (我的材料); the case keeps it.
    put_away_at = models.DateTimeField(null=True)
    # For an exempted slot: where it comes from and the reference a department may fetch it by.
    covered_by = models.CharField(max_length=64, blank=True, default="")
    reference = SealedField(json=True, default=dict)
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slot", "position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "slot", "position"], name="one_file_per_position"),
            models.CheckConstraint(
                condition=~models.Q(source="upload") | ~models.Q(file=""), name="an_upload_has_a_file"
            ),
            models.CheckConstraint(
                condition=~models.Q(source="deferred") | models.Q(due_on__isnull=False), name="a_deferral_has_a_day"
            ),
        ]


class PileFile(models.Model):
    """A file that nobody has sorted yet: it lies with the case, belongs to no slot and goes to no department."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="pile")
    name = SealedField(null=True)
    file = models.FileField(upload_to=_place, max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    pages = models.PositiveSmallIntegerField(default=1)
    advice = models.CharField(max_length=16, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "sha256"], name="a_file_lies_once_on_a_pile"),
            models.CheckConstraint(condition=~models.Q(file=""), name="what_lies_on_a_pile_has_a_file"),
        ]
