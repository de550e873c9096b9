"""Letters (转办函): what carries one task to a department that people serve, and the files that go with it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class TaskLetter(models.Model):
    """A task on paper: numbered, its words as they stood when it was made, and who sent, received, answered it.

    `link_digest` is of the one-time link in its QR code, `code_digest` of the check code printed beside it: whoever
    has the letter in hand may record receipt and answer once, without an account.
    """

    class Way(models.TextChoices):
        HAND = "hand", _("专人送达")
        POST = "post", _("邮寄")
        EXCHANGE = "exchange", _("公文交换")
        NETWORK = "network", _("政务网络")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="letters")
    department = models.CharField(max_length=16)
    number = models.CharField(max_length=48, unique=True)
    mark = models.CharField(max_length=32, unique=True)
    values = SealedField(json=True, default=dict)
    sha256 = models.CharField(max_length=64)
    due_on = models.DateField(null=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    link_digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64)
    link_until = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sent_way = models.CharField(max_length=16, blank=True, default="", choices=Way)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    receiver = SealedField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answerer = SealedField(null=True)
    recalled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["issued_at"]
        indexes = [models.Index(fields=["department", "issued_at"], name="letters_of_department")]
        constraints = [
            models.UniqueConstraint(
                fields=["sub"], condition=models.Q(answered_at=None, recalled_at=None), name="one_open_letter_per_task"
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None) | models.Q(received_at__isnull=False),
                name="nobody_answers_what_never_came",
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | ~models.Q(sent_way=""), name="a_sent_letter_went_some_way"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class TaskFile(models.Model):
    """A file beside a task: enclosed on its way out, or evidence or the licence itself on its way back."""

    class Kind(models.TextChoices):
        ENCLOSURE = "enclosure", _("随函附件")
        EVIDENCE = "evidence", _("办理依据")
        LICENCE = "licence", _("证照或批文")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="task_files")
    letter = models.ForeignKey(TaskLetter, on_delete=models.PROTECT, null=True, related_name="files")
    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=100)
    file = models.FileField(upload_to="task_files", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=64)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at"]
        constraints = [models.UniqueConstraint(fields=["sub", "kind", "sha256"], name="one_task_file_per_content")]

    def __str__(self) -> str:
        return str(self.pk)
