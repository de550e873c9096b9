"""What people are told of items that wait because the line to their department carries nothing now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles.spec.registry import Registry
from cases.models import Delivery, SubApplication
from cases.queries.circuits import LineState, waiting_words
from cases.queries.wording import day_words, short_name
from cases.states import DeliveryState

Resting = tuple[str, datetime, str]  # the sentence, since when, the department


def resting_of(subs: Sequence[SubApplication], registry: Registry) -> tuple[Resting, ...]:
    """One sentence a department that rests and that something of this case still has to be sent to.

    Nothing is read while every line carries, but the view that each process has anyway.
    """
    resting = waiting_words({sub.department for sub in subs})
    if not resting:
        return ()
    due = Delivery.objects.filter(sub__in=subs, state=DeliveryState.DUE, department__in=resting)
    since = dict(due.order_by("-created_at").values_list("department", "created_at"))
    return tuple(
        (_sentence(resting[code], registry), resting[code].since or created_at, code)
        for code, created_at in sorted(since.items())
    )


def _sentence(line: LineState, registry: Registry) -> str:
    department = registry.departments.get(line.department)
    name = short_name(department) if department else _("部门")
    if line.state == "maintenance" and line.until:
        return _("{dept}系统维护到{until}：{notice}。到时自动送去，您不用操作").format(
            dept=name, until=_moment(line.until), notice=line.notice.rstrip("。")
        )
    if line.state == "quiet":
        return _("{dept}系统繁忙，请我们稍等；到时自动送去，您不用操作").format(dept=name)
    return _("暂时连不上{dept}，恢复后自动送去，您不用操作").format(dept=name)


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{day_words(local.date())} {local:%H:%M}"
