"""Results: what an approved sub-application yields, in versions once it had to be corrected."""

from __future__ import annotations

import uuid

from django.db import models

from cases.protection import SealedField


class Result(models.Model):
    """A licence, document, payment or registration that came out of a sub-application.

    A corrected result is a row of its own: the one before it stays, marked as replaced, with the reason on the new.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="results", db_index=False)
    result_id = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=16)
    licence_code = models.CharField(max_length=64, blank=True, default="")
    fields = SealedField(json=True, default=dict)
    # A public mark to verify the paper by; says nothing about the person.
    mark = models.CharField(max_length=32)
    issued_at = models.DateTimeField()
    # Taken back (撤销), with the article it rests on; 行政许可法 第六十九条.
    revoked_at = models.DateTimeField(null=True)
    # A newer version of this very result stands in its place (更正).
    replaced_at = models.DateTimeField(null=True)
    corrected_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    # Another, later result took its place, as a new licence does with the old one of its holder.
    superseded_at = models.DateTimeField(null=True)
    reason = SealedField(null=True)
    article = models.CharField(max_length=100, blank=True, default="")
    # Under which id the licence library keeps it, once it was written back (数据回流).
    licence_id = models.CharField(max_length=128, blank=True, default="")
    file = models.FileField(upload_to="results", blank=True, default="", max_length=200)

    class Meta:
        ordering = ["issued_at", "result_id", "version"]
        indexes = [models.Index(fields=["licence_id"], name="result_of_licence", condition=~models.Q(licence_id=""))]
        constraints = [
            models.UniqueConstraint(fields=["mark"], name="one_result_per_mark"),
            models.UniqueConstraint(fields=["sub", "result_id", "version"], name="one_result_per_version"),
            models.UniqueConstraint(
                fields=["sub", "result_id"], condition=models.Q(replaced_at=None), name="one_current_result"
            ),
            models.CheckConstraint(
                condition=models.Q(version=1) | models.Q(corrected_of__isnull=False), name="a_later_version_corrects"
            ),
        ]

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.replaced_at is None and self.superseded_at is None
