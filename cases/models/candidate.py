"""People whom a search found (主动办): entitled, to be asked, to be visited, or not entitled and why."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class Search(models.Model):
    """One round of looking for entitled people: a bundle, a day. It takes up again where it stopped."""

    class Kind(models.TextChoices):
        GRANT = "grant", _("主动发放")
        HINT = "hint", _("资格提醒")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bundle_code = models.CharField(max_length=32)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.GRANT)
    day = models.DateField()
    # Where the list goes on; "" from its beginning.
    cursor = models.CharField(max_length=64, blank=True, default="")
    found = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True, default="")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="search_next", condition=models.Q(finished_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["bundle_code", "kind", "day"], name="one_search_a_day"),
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=False) | models.Q(next_at__isnull=False),
                name="unfinished_search_goes_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_code} {self.day}"


class Candidate(models.Model):
    """One person, one bundle, one period: running the search again makes nothing twice."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等数据")
        GRANTED = "granted", _("已自动办理")
        ASKED = "asked", _("等一键确认")
        VISITING = "visiting", _("上门核实")
        NOT_ENTITLED = "not_entitled", _("不符合")
        REFUSED = "refused", _("本人不领")
        HINTED = "hinted", _("已提醒")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bundle_version = models.ForeignKey("bundles.BundleVersion", on_delete=models.PROTECT, related_name="+")
    bundle_code = models.CharField(max_length=32)
    search = models.ForeignKey(Search, on_delete=models.PROTECT, null=True, related_name="candidates")
    period = models.CharField(max_length=16)
    id_index = models.CharField(max_length=64, db_index=True)
    name = SealedField()
    id_no = SealedField()
    phone = SealedField(null=True)
    class_id = models.CharField(max_length=16, blank=True, default="")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    # What was compared and how it came out (比对快照): [{"class", "verdict", "read": [...]}].
    trace = SealedField(json=True, default=list)
    reason = SealedField(null=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, null=True, related_name="candidate")
    link_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    selected_at = models.DateTimeField()
    answer_by = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    # The words of the answer: accept, refuse, object; "" while there is none.
    answer = models.CharField(max_length=16, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="candidate_next", condition=models.Q(next_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["bundle_code", "id_index", "period"], name="one_candidate_a_period"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["waiting", "asked"]) | models.Q(next_at__isnull=False),
                name="open_candidate_is_looked_at_again",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_code} {self.period} {self.class_id}"
