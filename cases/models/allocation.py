"""Allocation (派位): seats, runs with their frozen data, who did what, and who got which seat."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.protection import SealedField


class AllocationSeat(models.Model):
    """How many seats a choice has in a batch (a school's places of a year)."""

    bundle_code = models.CharField(_("一件事代码"), max_length=32)
    batch = models.CharField(_("批次"), max_length=16)
    choice = models.CharField(_("志愿"), max_length=100)
    capacity = models.PositiveIntegerField(_("名额"))

    class Meta:
        verbose_name = _("派位名额")
        verbose_name_plural = _("派位名额")
        ordering = ["bundle_code", "batch", "choice"]
        constraints = [
            models.UniqueConstraint(fields=["bundle_code", "batch", "choice"], name="one_capacity_per_choice")
        ]

    def __str__(self) -> str:
        return f"{self.bundle_code} {self.batch} {self.choice}"


class AllocationRun(models.Model):
    """One run for all filings of a batch. Nobody sees a seat of it before `published_at`; then everybody does.

    `snapshot` is all the run depends on; with the same snapshot and `seed` it gives the same seats.
    """

    class State(models.TextChoices):
        FROZEN = "frozen", _("已冻结数据")
        TRIED = "tried", _("已试算")
        PUBLICITY = "publicity", _("公示中")
        PUBLISHED = "published", _("已公布")
        ABANDONED = "abandoned", _("已作废")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bundle_code = models.CharField(max_length=32)
    batch = models.CharField(max_length=16)
    bundle_version = models.ForeignKey("bundles.BundleVersion", on_delete=models.PROTECT, related_name="+")
    department = models.CharField(max_length=16)
    state = models.CharField(max_length=12, choices=State, default=State.FROZEN)
    seed = models.CharField(max_length=32)
    snapshot = SealedField(json=True, default=dict)
    fingerprint = models.CharField(max_length=64)
    tried_fingerprint = models.CharField(max_length=64, blank=True, default="")
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    publicity_until = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    # Published, and every item of it carried to its end.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["bundle_code", "batch"],
                condition=models.Q(state__in=["frozen", "tried", "publicity"]),
                name="one_allocation_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="published") & models.Q(published_at__isnull=False)
                | ~models.Q(state="published") & models.Q(published_at__isnull=True),
                name="a_published_allocation_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_code} {self.batch} {self.get_state_display()}"


class AllocationStep(models.Model):
    """What was done with a run, by whom, and who supervised it (监督员); append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(AllocationRun, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12)
    done_by = models.CharField(max_length=64)
    supervisor = models.CharField(max_length=60, blank=True, default="")
    fingerprint = models.CharField(max_length=64)
    report = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]


class AllocationPlace(models.Model):
    """What a run gave one filing: a choice, or none. `number` is which of the person's choices, 0 for adjustment."""

    run = models.ForeignKey(AllocationRun, on_delete=models.PROTECT, related_name="places")
    sub = models.ForeignKey("cases.SubApplication", on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=40)
    rank = models.PositiveIntegerField()
    choice = models.CharField(max_length=100, blank=True, default="")
    number = models.PositiveSmallIntegerField(null=True)
    # The points and the rank are shown, and the person was told.
    told_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["rank"]
        indexes = [models.Index(fields=["run", "settled_at"], name="place_to_settle")]
        constraints = [models.UniqueConstraint(fields=["run", "sub"], name="one_place_per_filing")]
