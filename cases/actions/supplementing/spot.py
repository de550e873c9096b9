"""Corrected on the spot (当场更正): an obvious mistake is mended at the counter with the applicant there.

行政许可法 第三十二条第一款第三项: it shall be allowed; it is no supplement and counts as none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.registers.facts import context_of
from cases.actions.supplementing import collecting, supplements
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, SubApplication, SupplementPoint
from cases.ports import Actor
from cases.states import CASE_OPEN, SUB_DECIDED, SUB_FINAL, SubState

NOT_YET_THERE = (SubState.WAITING, SubState.READY)


@transaction.atomic
def correct_on_spot(case_id: UUID, typed: Mapping[str, Any], *, by: Actor) -> tuple[forms.FieldError, ...]:
    """Put fields right before anybody decided on them; departments that have them already get them again.

    Nothing is saved where a corrected field is wrong: its errors come back. Raises WrongState where an item that
    read the field is decided, NotReady where nothing was corrected, CaseError where another may not do this.
    """
    if by.kind != "clerk":
        raise CaseError(_("当场更正请到窗口，由工作人员当着您的面改"))
    case = lock_case(case_id)
    subs = lock_subs(case)
    if case.state not in CASE_OPEN or not subs:
        raise WrongState(_("办件已经结束，不能当场更正"))
    errors, changed = _put_right(case, subs, typed)
    if errors:
        return errors
    case.saved_at, case.version = timezone.now(), case.version + 1
    case.save(update_fields=["answers", "saved_at", "version"])
    record(case, "case.corrected_on_spot", by=by, about=sorted(changed))
    for sub in _that_need(case, subs, changed):
        _pass_on(case, subs, sub, changed, by)
    progress.advance(case, subs)
    return ()


def _put_right(
    case: Case, subs: Sequence[SubApplication], typed: Mapping[str, Any]
) -> tuple[tuple[forms.FieldError, ...], frozenset[str]]:
    """Change the answers of the case; what is wrong with them, and the fields that are different now."""
    context = context_of(case)
    before, selection = context.answers, forms.select(context)
    errors: list[forms.FieldError] = []
    changed = set()
    for path, value in typed.items():
        cleaned = forms.clean_field(context_of(case), selection, path, value)
        errors += cleaned.errors
        if cleaned.answers != case.answers:
            changed.add(path)
            case.answers = cleaned.answers
    found = forms.check_all(context_of(case), forms.select(context_of(case)))
    errors += [error for error in found if error.path in changed and error not in errors]
    if errors:
        case.answers = before
        return tuple(errors), frozenset()
    if not changed:
        raise NotReady(_("没有改动，不用更正"))
    _check_undecided(case, subs, changed)
    return (), frozenset(changed)


def _check_undecided(case: Case, subs: Iterable[SubApplication], changed: Iterable[str]) -> None:
    spec = context_of(case).spec
    readers = {item for path in changed for item in spec.items_of_field(path.rpartition(".")[2])}
    decided = [sub for sub in subs if sub.item_id in readers and sub.state in SUB_DECIDED]
    if decided:
        raise WrongState(_("“%(name)s”已经作出决定，不能再当场更正") % {"name": spec.item(decided[0].item_id).zh})


def _that_need(case: Case, subs: Iterable[SubApplication], changed: Iterable[str]) -> list[SubApplication]:
    """Items on their way that read one of the fields; of a repeated block only the item of that row."""
    spec = context_of(case).spec
    names = {path.rpartition(".")[2] for path in changed}
    readers = {item for name in names for item in spec.items_of_field(name)}
    return [sub for sub in subs if sub.item_id in readers and sub.state not in SUB_FINAL | set(NOT_YET_THERE)]


def _pass_on(case: Case, subs: list[SubApplication], sub: SubApplication, changed: Iterable[str], by: Actor) -> None:
    """Send the corrected fields to a department that has the filing; an open point about them is settled by that."""
    is_settled = _settle_points(case, sub, changed)
    supplements.send_to_department(case, sub, sorted(changed))
    if is_settled:
        supplements.go_on_without_points(case, subs, sub, by=by)


def _settle_points(case: Case, sub: SubApplication, changed: Iterable[str]) -> bool:
    """Drop the points that the correction answers; whether nothing is asked of this item any more."""
    notice = collecting.open_notice(case) or collecting.collecting_notice(case)
    if notice is None or sub.state != SubState.SUPPLEMENT_REQUESTED:
        return False
    mine = [point for point in collecting.points_of(notice) if point.sub_id == sub.pk]
    names = {path.rpartition(".")[2] for path in changed} | set(changed)
    SupplementPoint.objects.filter(pk__in=[point.pk for point in mine if point.about in names]).update(
        dropped_at=timezone.now()
    )
    return all(point.about in names for point in mine)
