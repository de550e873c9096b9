"""Lines to departments: whether they carry, since when not, and what was announced about it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Line(models.TextChoices):
    """What goes over it: a department may take applications well while its registers are dead, and the other way."""

    APPLICATIONS = "applications", _("办件")
    DATA = "data", _("数据共享")


class Circuit(models.Model):
    """The breaker of one line. A line that never failed has no row, so that a healthy one costs nothing.

    Open (`opened_at`): nothing passes but one probe at `probe_at`, and after each in vain the next waits `wait_s`.
    `quiet_until`: the department itself asked for silence (`Retry-After`), which is no failure. The database clock
    alone counts.
    """

    department = models.CharField(_("部门"), max_length=16)
    line = models.CharField(_("线路"), max_length=16, choices=Line, default=Line.APPLICATIONS)
    failures = models.PositiveIntegerField(_("连续失败"), default=0)
    # The last delivery that failed in a way that may be its own fault: it counts once, however often it is tried.
    last_failed = models.UUIDField(null=True)
    opened_at = models.DateTimeField(_("断开于"), null=True)
    probe_at = models.DateTimeField(_("下次试探"), null=True)
    wait_s = models.PositiveSmallIntegerField(_("试探间隔（秒）"), default=30)
    quiet_until = models.DateTimeField(_("应对方要求暂停到"), null=True)
    error = models.CharField(_("最近的失败"), max_length=100, blank=True, default="")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("线路")
        constraints = [
            models.UniqueConstraint(fields=["department", "line"], name="one_circuit_per_line"),
            models.CheckConstraint(
                condition=models.Q(opened_at__isnull=True, probe_at__isnull=True)
                | models.Q(opened_at__isnull=False, probe_at__isnull=False),
                name="an_open_circuit_is_probed",
            ),
            models.CheckConstraint(condition=models.Q(wait_s__gte=30, wait_s__lte=300), name="probes_30_s_to_5_min"),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.line}"


class Outage(models.Model):
    """One stretch in which a line was open: what an operator looks at, once for all cases that wait for it."""

    id = models.BigAutoField(primary_key=True)
    department = models.CharField(_("部门"), max_length=16)
    line = models.CharField(_("线路"), max_length=16, choices=Line)
    began_at = models.DateTimeField(_("开始"), db_default=Now())
    ended_at = models.DateTimeField(_("恢复"), null=True)
    cause = models.CharField(_("原因"), max_length=100, blank=True, default="")
    probes = models.PositiveIntegerField(_("试探次数"), default=0)
    # Who closed the circuit by hand; empty where the department answered again.
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("中断")
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "line"], condition=models.Q(ended_at=None), name="one_outage_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("began_at")),
                name="an_outage_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.began_at:%F %T}"


class Maintenance(models.Model):
    """Times in which a department said that its system rests: nothing is sent, and people are told why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.CharField(_("部门"), max_length=16)
    starts_at = models.DateTimeField(_("从"))
    ends_at = models.DateTimeField(_("到"))
    # Shown to people as it stands.
    notice = models.CharField(_("对外说明"), max_length=200)
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    announced_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(_("提前结束"), null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("系统维护")
        ordering = ["-starts_at"]
        indexes = [
            models.Index(fields=["department", "ends_at"], name="maintenance_of", condition=models.Q(lifted_at=None))
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="maintenance_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.starts_at:%F %T}"
