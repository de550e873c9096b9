"""Papers of a case: exempted, uploaded, committed to, deferred. 国令716号; 国令809号; 国发〔2022〕5号."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from cases import clock
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.papers import dishonesty, previews, uploads
from cases.actions.papers.uploads import Posted, forget_file
from cases.errors import BadUpload, CaseError, WrongState
from cases.models import Case, Material, OriginalCheck, Supplement
from cases.ports import SYSTEM, Actor
from cases.queries.context import frame_of
from cases.queries.slots import Exemptions, Proof, SlotView, missing_materials, slots_of
from cases.queries.trust import COMPARED
from cases.states import CASE_FINAL, CaseState

__all__ = [
    "BadUpload",
    "SlotView",
    "commit_to",
    "cover_exempt",
    "defer",
    "forget_file",
    "may_change",
    "missing_materials",
    "remove_file",
    "slots_of",
    "undo_cover",
    "upload",
]

MAX_FILES_PER_SLOT = 20
BYTES_PER_MB = 1024 * 1024
BEFORE_FILING = frozenset({CaseState.DRAFT, CaseState.AWAITING_PARTIES})
ENDED = frozenset({CaseState.WITHDRAWN, CaseState.LAPSED})
Source = Material.Source


# ---- exemption ----------------------------------------------------------------------------------------------


@transaction.atomic
def cover_exempt(case: Case) -> None:
    """Cover each slot by the licences and registers that answered for it; what a person handed in stays.

    No record leaves the slot open, never refuses anybody (查无记录的，请上传).
    """
    case = lock_case(case.pk)
    if case.state in ENDED:
        return
    frame = frame_of(case)
    exemptions = Exemptions(case, frame.context)
    held: dict[str, list[Material]] = {}
    for material in Material.objects.filter(case=case):
        held.setdefault(material.slot, []).append(material)
    for slot in filter(frame.is_open_slot, forms.material_slots(frame.context, frame.selection)):
        if not any(one.source != Source.LICENCE for one in held.get(slot.key, ())):
            exemption = exemptions.of(slot)
            proofs = exemption.proofs if exemption.is_complete else ()
            _cover(case, slot, held.get(slot.key, []), proofs)


def _cover(case: Case, slot: forms.Slot, held: Sequence[Material], proofs: Sequence[Proof]) -> None:
    wanted = [_reference(proof) for proof in proofs]
    if [one.reference for one in held] == wanted:
        return
    Material.objects.filter(pk__in=[one.pk for one in held]).delete()
    for position, (proof, reference) in enumerate(zip(proofs, wanted, strict=True)):
        material = Material.objects.create(
            case=case,
            slot=slot.key,
            material_id=slot.material.id,
            source=Source.LICENCE,
            position=position,
            name=proof.label,
            covered_by=proof.code,
            reference=reference,
        )
        if proof.needs_original:
            OriginalCheck.objects.create(material=material, case=case, wanted_at=timezone.now())
    kind = "materials.exempted" if proofs else "materials.reopened"
    record(case, kind, by=SYSTEM, slot=slot.key, by_codes=[proof.code for proof in proofs])


def _reference(proof: Proof) -> Mapping[str, str]:
    """By what a department may fetch or check it."""
    known = {"party": proof.party, "dept": proof.department}
    if proof.kind == "api":
        return {**known, "interface": proof.code}
    found = {**known, "licence_id": proof.licence_id, "file_url": proof.file_url}
    return {**found, "trust": COMPARED} if proof.needs_original else found


# ---- files --------------------------------------------------------------------------------------------------


def upload(case_id: UUID, slot: str, file: Posted, *, by: Actor, replaces: UUID | None = None) -> Material:
    """Add a file to a slot, or put it in the place of one. Raises BadUpload.

    It is examined before the case is locked.
    """
    wanted = slot_of(_read(case_id), slot)
    examined = uploads.examine(file, max_bytes=_limit(wanted))
    with transaction.atomic():
        return admit(lock_case(case_id), slot, examined, by=by, replaces=replaces)


def admit(
    case: Case, slot: str, examined: uploads.Examined, *,
    by: Actor, replaces: UUID | None = None, copied_from: Material | None = None,
) -> Material:  # fmt: skip
    """Keep an examined file in a slot of a locked case."""
    material = placed(case, slot, examined, replaces=replaces)
    material.copied_from = copied_from
    material.file.save(PurePosixPath(examined.name).name, ContentFile(examined.content), save=False)
    previews.keep(material.file.storage, str(material.file.name), examined.preview)
    material.save()
    kind = "materials.reused" if copied_from else "materials.uploaded"
    record(case, kind, by=by, slot=slot, size=material.size, media_type=material.media_type)
    return material


def placed(case: Case, slot: str, paper: uploads.Paper, *, replaces: UUID | None = None) -> Material:
    """The row of a file in a slot of a locked case, still without its file; what it replaces is gone.

    A paper handed in later keeps the day it was due: until then more pages may follow. Raises BadUpload.
    """
    wanted = slot_of(case, slot)
    check_open(case, wanted)
    held = list(Material.objects.filter(case=case, slot=slot))
    files = [one for one in held if one.source == Source.UPLOAD]
    old = next((one for one in files if one.pk == replaces), None)
    if any(one.sha256 == paper.sha256 for one in files):
        raise BadUpload(_("“%(name)s”已经上传过了，不用重复上传") % {"name": paper.name})
    if old is None and len(files) >= MAX_FILES_PER_SLOT:
        raise BadUpload(_("一份材料最多 %(most)s 个文件；请合并成一个 PDF 再上传") % {"most": MAX_FILES_PER_SLOT})
    if old is not None:
        forget_file(old)
    gone = [one.pk for one in held if one.source != Source.UPLOAD or one is old]
    Material.objects.filter(pk__in=gone).delete()
    return Material(
        case=case,
        slot=slot,
        material_id=wanted.material.id,
        source=Source.UPLOAD,
        position=old.position if old else max((one.position for one in files), default=-1) + 1,
        name=paper.name,
        sha256=paper.sha256,
        size=paper.size,
        media_type=paper.media_type,
        pages=paper.pages,
        advice=paper.advice,
        due_on=next((one.due_on for one in held if one.due_on), None),
    )


def _limit(slot: forms.Slot) -> int | None:
    return int(slot.material.max_mb * BYTES_PER_MB) if slot.material.max_mb else None


@transaction.atomic
def remove_file(case_id: UUID, material_id: UUID, *, by: Actor) -> None:
    """Take one uploaded file out again."""
    case = lock_case(case_id)
    material = held_file(case, material_id)
    forget_file(material)
    material.delete()
    record(case, "materials.removed", by=by, slot=material.slot)
    if not Material.objects.filter(case=case, slot=material.slot).exists():
        cover_exempt(case)  # what a licence stood in for before, it stands in for again


def held_file(case: Case, material_id: UUID) -> Material:
    """An uploaded file of a locked case that may still be changed. Raises CaseError, WrongState."""
    material = Material.objects.filter(case=case, pk=material_id, source=Source.UPLOAD).first()
    if material is None:
        raise CaseError(_("这个文件已经不在了，请刷新页面"))
    check_open(case, slot_of(case, material.slot))
    return material


# ---- commitment and deferral --------------------------------------------------------------------------------


def commit_to(case_id: UUID, slot: str, *, by: Actor) -> Material:
    """Declare in writing that the condition is met, instead of proving it (告知承诺, 国办发〔2020〕42号)."""
    dishonesty.refuse_promise(case_id, slot_of(_read(case_id), slot))
    with transaction.atomic():
        case = lock_case(case_id)
        wanted = slot_of(case, slot)
        if not wanted.material.commitment:
            raise CaseError(_("“%(name)s”不适用告知承诺，请上传") % {"name": wanted.label})
        return _instead(case, wanted, Source.COMMITMENT, by=by)


def defer(case_id: UUID, slot: str, *, by: Actor) -> Material:
    """Hand a minor paper in later, within its limit (容缺受理); the result comes when it is complete."""
    dishonesty.refuse_promise(case_id, slot_of(_read(case_id), slot))
    with transaction.atomic():
        return _defer(lock_case(case_id), slot, by)


def _defer(case: Case, slot: str, by: Actor) -> Material:
    wanted = slot_of(case, slot)
    if wanted.material.deferrable is None:
        raise CaseError(_("“%(name)s”不能后补，请上传") % {"name": wanted.label})
    known = queries.working_calendar(case.region)
    calendar = clock.WorkingCalendar(known.holidays, known.makeup, known.announced_years)
    due = clock.due(timezone.localtime(), wanted.material.deferrable, calendar)
    return _instead(case, wanted, Source.DEFERRED, by=by, due_on=due.on)


def _instead(case: Case, slot: forms.Slot, source: str, *, by: Actor, due_on: date | None = None) -> Material:
    check_open(case, slot)
    if Material.objects.filter(case=case, slot=slot.key, source=Source.UPLOAD).exists():
        raise WrongState(_("“%(name)s”已经上传了文件；要改用别的方式，请先删除文件") % {"name": slot.label})
    Material.objects.filter(case=case, slot=slot.key).delete()
    material = Material.objects.create(
        case=case, slot=slot.key, material_id=slot.material.id, source=source, name=slot.label, due_on=due_on
    )
    kind = "materials.committed" if source == Source.COMMITMENT else "materials.deferred"
    record(case, kind, by=by, slot=slot.key, due_on=due_on.isoformat() if due_on else None)
    return material


@transaction.atomic
def undo_cover(case_id: UUID, slot: str, *, by: Actor) -> None:
    """Take a commitment or deferral back; the slot is open again, or exempt where a licence covers it."""
    case = lock_case(case_id)
    check_open(case, slot_of(case, slot))
    deleted, _by_kind = Material.objects.filter(
        case=case, slot=slot, source__in=[Source.COMMITMENT, Source.DEFERRED]
    ).delete()
    if deleted:
        record(case, "materials.reopened", by=by, slot=slot)
        cover_exempt(case)


def _read(case_id: UUID) -> Case:
    return Case.objects.select_related("applicant").get(pk=case_id)


def slot_of(case: Case, key: str) -> forms.Slot:
    """Raises CaseError for a slot that the case does not have now."""
    frame = frame_of(case)
    for slot in forms.material_slots(frame.context, frame.selection):
        if slot.key == key:
            if slot.material.generated:
                raise CaseError(_("“%(name)s”由系统生成，不用上传") % {"name": slot.label})
            return slot
    raise CaseError(_("这份材料现在不需要了，请刷新页面"))


def may_change(case: Case, slot: str) -> bool:
    """Whether the files of a slot may still be changed."""
    try:
        check_open(case, slot_of(case, slot))
    except CaseError:
        return False
    return True


def check_open(case: Case, slot: forms.Slot) -> None:
    """Before filing all is open; afterwards what was deferred, what a notice asks for, what only put-off items need."""
    if case.state in BEFORE_FILING or (case.state not in ENDED and frame_of(case).is_open_slot(slot)):
        return
    if case.state in CASE_FINAL:
        raise WrongState(_("办件已经结束，不能再改材料"))
    about = {slot.key, slot.material.id}
    asked = Supplement.objects.filter(case=case, state=Supplement.State.OPEN, points__about__in=about).exists()
    deferred = Material.objects.filter(case=case, slot=slot.key, due_on__isnull=False).exists()
    if not asked and not deferred:
        raise WrongState(_("申请已经提交，这份材料现在不能改；部门需要时会通知您补正"))
