"""What the mode of a bundle adds to the page of one task: the booking, the joint visit, remarks on the report."""

from __future__ import annotations

from dataclasses import dataclass

from bundles import queries
from cases.models import SubApplication
from cases.queries.joint_visits import JointItem, JointRow, joint_row
from cases.queries.merged import hints_of
from cases.queries.visits import VisitView, visits_of


@dataclass(frozen=True, slots=True)
class TaskModes:
    """`joint` is the occasion of all departments, `inspected` this item in it; `hints` are for who merges answers."""

    visit: VisitView | None
    joint: JointRow | None
    inspected: JointItem | None
    hints: tuple[str, ...]


def task_modes(sub: SubApplication) -> TaskModes:
    """Nothing is asked of the database for a bundle without such a mode."""
    spec = queries.version(sub.case.bundle_version_id).spec
    visit = joint = inspected = None
    if spec.appointment(sub.item_id) is not None:
        visit = next((one for one in visits_of(sub.case) if one.sub_id == sub.pk), None)
    if spec.joint_visit is not None and sub.item_id in spec.joint_visit.items:
        joint = joint_row(sub.case)
        inspected = next((one for one in joint.items if one.item_id == sub.item_id), None) if joint else None
    merges = spec.merge is not None and spec.merge.item == sub.item_id
    return TaskModes(visit, joint, inspected, hints_of(sub.case) if merges else ())
