"""Papers that a compared copy stands for (level C): nothing to upload, but the original is looked at before the end.

The application is accepted and examined at once; an approval that rests on such a copy takes effect when somebody at
the window or in the department has seen the original. 行政许可法 第三十四条; 国办函〔2016〕108号.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import access, docket, notices
from cases.actions.delivery.bodies import row_of
from cases.actions.desk import attention
from cases.actions.engine import holding, progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.errors import CaseError, WrongState
from cases.models import Attention, Case, Material, OriginalCheck, SubApplication
from cases.ports import Answer
from cases.queries.people import StaffPerson
from cases.states import SUB_FINAL

HELD_FOR_ORIGINAL = "original"


def reason_to_wait(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer) -> str:
    """BEFORE_APPROVAL: no approval before every original it rests on was seen; who must act is told, once."""
    papers = [check.material for check in unseen_for(case, sub)]
    if not papers:
        return ""
    _tell(case, sub, papers)
    return HELD_FOR_ORIGINAL


def waits(case: Case, subs: list[SubApplication]) -> bool:
    """WAITS_FOR_APPLICANT: everything is examined, the original has still to be brought."""
    if docket.has_none(OriginalCheck, case.pk):
        return False
    if not OriginalCheck.objects.filter(case=case, seen_at=None).exists():
        return False
    return any(holding.held_reason(sub) == HELD_FOR_ORIGINAL for sub in subs if sub.state not in SUB_FINAL)


def unseen_for(case: Case, sub: SubApplication) -> list[OriginalCheck]:
    """What has still to be seen for an item, of its own row where the paper is one for each row."""
    if docket.has_none(OriginalCheck, case.pk):
        return []
    unseen = OriginalCheck.objects.filter(case=case, seen_at=None).select_related("material")
    return [check for check in unseen if _needs(case, sub, check.material)]


def _needs(case: Case, sub: SubApplication, material: Material) -> bool:
    spec = queries.version(case.bundle_version_id).spec
    if sub.item_id not in spec.items_of_material(spec.material(material.material_id)):
        return False
    row, index = row_of(sub), material.slot.rpartition(".")[2]
    return row is None or not index.isdecimal() or int(index) == row.index


def _tell(case: Case, sub: SubApplication, papers: list[Material]) -> None:
    known = Attention.objects.filter(case=case, sub=sub, reason=Attention.Reason.ORIGINAL, closed_at=None)
    if not known.exists():
        named = "、".join(dict.fromkeys(one.name or one.material_id for one in papers))
        attention.raise_attention(case, Attention.Reason.ORIGINAL, sub=sub, detail=named)
        notices.tell(case, "original_wanted", paper=named)


def note_seen(material_id: UUID, *, by: StaffPerson) -> OriginalCheck:
    """Somebody at the window, or in the department, has compared the original with the copy; what waited goes on.

    Raises CaseError for whom it is none of their business, WrongState where nothing is to be seen.
    """
    with transaction.atomic():
        material = _material_for(by, material_id)
        case = lock_case(material.case_id)
        subs = lock_subs(case)
        check = OriginalCheck.objects.select_for_update().filter(material_id=material_id).first()
        if check is None or check.seen_at is not None:
            raise WrongState(_("这份材料不用核对原件，或者已经核对过了"))
        check.seen_at, check.seen_by_id, check.department = timezone.now(), by.pk, by.department or ""
        check.save(update_fields=["seen_at", "seen_by", "department"])
        record(case, "materials.original_seen", by=by.actor, slot=material.slot)
        for sub in subs:
            if not unseen_for(case, sub):
                attention.close(case, Attention.Reason.ORIGINAL, sub=sub)
        holding.release(case, subs)
        progress.advance(case, subs)
    return check


def _material_for(by: StaffPerson, material_id: UUID) -> Material:
    if by.role == access.CLERK:
        cases = access.filed_cases_for_window(by)
        found = Material.objects.filter(pk=material_id, case__in=cases).first()
    else:
        found = access.material_for(by, material_id) if by.role == access.STAFF else None
    if found is None:
        raise CaseError(_("只有窗口人员或办理这个事项的部门可以核对原件"))
    return found
