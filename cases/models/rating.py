"""Ratings (好差评): five levels an item and a case, and what becomes of a bad one. 国办发〔2019〕51号."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField

WORST_GOOD = 3


class Rating(models.Model):
    """What somebody thought of one item, or of the whole case (`sub` empty): once each (一事一评、一次一评), voluntary.

    `is_anonymous`: the department reads the words and not whose they are. `counts`: false for a rating that supervision
    found to be a mistake (误评). `added` may be written once, later (追评).
    """

    class Level(models.IntegerChoices):
        VERY_GOOD = 5, _("非常满意")
        GOOD = 4, _("满意")
        FAIR = 3, _("基本满意")
        BAD = 2, _("不满意")
        VERY_BAD = 1, _("非常不满意")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="ratings")
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, null=True, related_name="+")
    department = models.CharField(max_length=16)
    bundle_code = models.CharField(max_length=64)
    level = models.PositiveSmallIntegerField(choices=Level)
    tags = models.JSONField(default=list)
    text = SealedField(null=True)
    is_anonymous = models.BooleanField(default=False)
    counts = models.BooleanField(default=True)
    rated_at = models.DateTimeField()
    added = SealedField(null=True)
    added_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("评价")
        ordering = ["rated_at"]
        indexes = [
            models.Index(fields=["department", "rated_at"], name="ratings_of_department"),
            BrinIndex(fields=["rated_at"], name="ratings_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "sub"], name="rated_once", nulls_distinct=False),
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=5), name="five_levels"),
            models.CheckConstraint(
                condition=models.Q(added=None, added_at=None) | models.Q(added__isnull=False, added_at__isnull=False),
                name="added_words_have_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.level}"

    @property
    def is_bad(self) -> bool:
        """不满意 and 非常不满意 are bad ratings (差评)."""
        return self.level < WORST_GOOD


class RatingRepair(models.Model):
    """What the department owes for a bad rating: a call-back and an answer by a day (差评整改：谁办理、谁负责).

    A rating that the department takes for a mistake is judged by supervision, not by the department (`contested`).
    After the answer the person may rate once more; the first rating stays.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待回访")
        CONTESTED = "contested", _("待复核")
        ANSWERED = "answered", _("已回访")

    class Finding(models.TextChoices):
        MENDED = "mended", _("属实，已经改了")
        PLANNED = "planned", _("属实，限期整改")
        EXPLAINED = "explained", _("没有依据，已解释说明")
        UNREACHABLE = "unreachable", _("三次联系不上本人")
        MISTAKEN = "mistaken", _("误评，不计入")

    class Way(models.TextChoices):
        CALL = "call", _("电话回访")
        VISIT = "visit", _("当面回访")
        PAGE = "page", _("只在页面答复")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rating = models.OneToOneField(Rating, on_delete=models.PROTECT, related_name="repair")
    department = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    due_on = models.DateField()
    way = models.CharField(max_length=8, choices=Way, blank=True, default="")
    finding = models.CharField(max_length=16, choices=Finding, blank=True, default="")
    answer = SealedField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    second_level = models.PositiveSmallIntegerField(choices=Rating.Level, null=True)
    second_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("差评整改")
        ordering = ["due_on"]
        indexes = [
            models.Index(fields=["next_at"], name="repair_next", condition=~models.Q(state="answered")),
            models.Index(fields=["department", "due_on"], name="repairs_open", condition=~models.Q(state="answered")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="answered") | models.Q(next_at__isnull=False), name="open_repair_is_looked_at"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="answered")
                | (models.Q(answered_at__isnull=False, answer__isnull=False) & ~models.Q(finding="")),
                name="an_answered_repair_says_what",
            ),
            models.CheckConstraint(
                condition=models.Q(second_level=None, second_at=None)
                | models.Q(state="answered", second_level__gte=1, second_level__lte=5, second_at__isnull=False),
                name="rated_again_after_the_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id} {self.state}"


class RatingInvite(models.Model):
    """The one message that asks for a rating; its link opens five buttons and nothing else (评价邀请)."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="rating_invite")
    digest = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.case_id)
