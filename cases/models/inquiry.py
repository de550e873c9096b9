"""What a person asks of a department beside the procedure: questions (咨询) and urging (催办), each with one answer."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField

OPEN = models.Q(state="open")


class Inquiry(models.Model):
    """A question about an item, or about the whole case, or the wish that an item be hurried; no clock stops for it.

    Nobody is left without an answer: at `due_on` it is put before a person who has to see to it.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", _("提问")
        URGE = "urge", _("催办")

    class State(models.TextChoices):
        OPEN = "open", _("等部门回复")
        ANSWERED = "answered", _("已回复")
        SETTLED = "settled", _("事项已有结果")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="inquiries")
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, null=True, related_name="inquiries")
    department = models.CharField(max_length=16)
    text = SealedField(null=True)
    material = models.ForeignKey("cases.Material", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    next_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    answer = SealedField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("提问与催办")
        ordering = ["asked_at"]
        indexes = [
            models.Index(fields=["department", "due_on"], name="inquiry_open_at", condition=OPEN),
            models.Index(fields=["next_at"], name="inquiry_next", condition=OPEN),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sub", "kind"], condition=OPEN, name="one_open_inquiry_of_a_kind", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~OPEN | models.Q(next_at__isnull=False), name="open_inquiry_is_looked_at"),
            models.CheckConstraint(
                condition=models.Q(kind="question", text__isnull=False) | models.Q(kind="urge", sub__isnull=False),
                name="a_question_has_words_an_urge_an_item",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="answered") | models.Q(answer__isnull=False, answered_at__isnull=False),
                name="an_answered_inquiry_has_its_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.department} {self.asked_at:%F}"


class SavedAnswer(models.Model):
    """An answer that a department gives often (常用答复); nothing of a person is in it."""

    department = models.CharField(_("部门代码"), max_length=16)
    title = models.CharField(_("标题"), max_length=40)
    text = models.TextField(_("内容"), max_length=1000)

    class Meta:
        verbose_name = verbose_name_plural = _("常用答复")
        ordering = ["department", "title"]
        constraints = [
            models.UniqueConstraint(fields=["department", "title"], name="one_saved_answer_of_a_title"),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.title}"
