"""Documents (文书): what an authority told the applicant in writing, numbered, dated, kept as it was issued."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Document(models.Model):
    """A paper of the procedure. Append-only: the database refuses every change but its withdrawal, once.

    `values` are the words as they were told; a later change of the case never changes a paper. `mark` verifies it.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("收件凭证")
        ACCEPTANCE = "acceptance", _("受理通知书")
        NOT_ACCEPTED = "not_accepted", _("不予受理决定书")
        SUPPLEMENT = "supplement", _("一次性补正告知书")
        SPECIAL_PROCEDURE = "special_procedure", _("特别程序告知书")
        EXTENSION = "extension", _("延长期限告知书")
        REJECTION = "rejection", _("不予批准决定书")
        CONCLUSION = "conclusion", _("办结通知书")
        LAPSE = "lapse", _("终止办理通知书")
        WITHDRAWAL = "withdrawal", _("撤回申请确认书")
        DEFERRED = "deferred", _("容缺受理通知书")
        FEE = "fee", _("缴费通知书")
        REVOCATION = "revocation", _("撤销决定书")
        CORRECTION = "correction", _("更正通知书")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="documents", db_index=False)
    sub = models.ForeignKey(
        "cases.SubApplication", on_delete=models.PROTECT, null=True, related_name="documents", db_index=False
    )
    kind = models.CharField(max_length=24, choices=Kind)
    number = models.CharField(max_length=48)
    mark = models.CharField(max_length=32)
    department = models.CharField(max_length=16, blank=True, default="")
    values = SealedField(json=True, default=dict)
    sha256 = models.CharField(max_length=64)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["issued_at", "number"]
        indexes = [
            models.Index(fields=["case", "issued_at"], name="documents_of_case"),
            models.Index(fields=["sub"], name="documents_of_sub", condition=models.Q(sub__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="one_document_per_number"),
            models.UniqueConstraint(fields=["mark"], name="one_document_per_mark"),
            models.UniqueConstraint(fields=["case"], condition=models.Q(kind="receipt"), name="one_receipt_per_case"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | models.Q(withdrawn_at__gte=models.F("issued_at")),
                name="withdrawn_after_it_was_issued",
            ),
        ]
