"""Tasks pass from hand to hand inside a department (交接): one by one, or everything somebody holds."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bundles import queries
from cases.actions.desk import posts, staff_mail
from cases.actions.desk.worklist import my_task
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of
from cases.errors import NotReady
from cases.models import Case, StaffMail, SubApplication
from cases.ports import Actor
from cases.states import SUB_FINAL


@transaction.atomic
def hand_over(sub_id: UUID, to: UUID, *, by: Actor, version: int) -> SubApplication:
    """Give a task to a colleague. Raises NotReady for somebody of another department, ChangedMeanwhile, WrongState."""
    _check_colleague(to, by)
    case, _subs, sub = my_task(sub_id, by, version)
    _pass_on(case, sub, to, by)
    _write([sub], to, by)
    return sub


def hand_over_all(to: UUID, *, by: Actor) -> int:
    """Give a colleague everything one holds, before being away; returns how many tasks went over."""
    _check_colleague(to, by)
    held = SubApplication.objects.filter(connect="manual", department=by.department, assigned_to_id=by.id)
    moved = []
    for sub_id in held.exclude(state__in=SUB_FINAL).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            case, sub = lock_case_of(sub_id)
            if str(sub.assigned_to_id) == by.id and sub.state not in SUB_FINAL:
                _pass_on(case, sub, to, by)
                moved.append(sub)
    _write(moved, to, by)
    return len(moved)


def _check_colleague(to: UUID, by: Actor) -> None:
    if to not in posts.people_of(by.department) or str(to) == by.id:
        raise NotReady(_("请选择本部门的同事"), (("hand_over.to", _("请选择本部门的同事")),))


def _pass_on(case: Case, sub: SubApplication, to: UUID, by: Actor) -> None:
    sub.assigned_to_id = to
    sub.version += 1
    sub.save(update_fields=["assigned_to", "version"])
    record(case, "item.handed_over", by=by, sub=sub, to=str(to))


def _write(subs: Sequence[SubApplication], to: UUID, by: Actor) -> None:
    if not subs:
        return
    tasks = [{"item": _title(sub), "number": sub.number, "sub": sub.pk} for sub in subs[:20]]
    words = {"count": len(subs), "tasks": tasks}
    about = f"handover:{subs[0].pk}:{subs[0].version}"
    staff_mail.write([to], StaffMail.Kind.HANDOVER, about, f"同事交给您 {len(subs)} 件任务", words)


def _title(sub: SubApplication) -> str:
    return queries.version(sub.case.bundle_version_id).spec.item(sub.item_id).zh
