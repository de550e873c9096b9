"""Files beside a task: enclosed with its letter, or brought back as evidence or as the licence itself."""

from __future__ import annotations

from pathlib import PurePosixPath
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of
from cases.actions.papers import uploads
from cases.actions.papers.uploads import Posted
from cases.errors import BadUpload, CaseError, WrongState
from cases.models import Case, Result, SubApplication, TaskFile, TaskLetter
from cases.ports import Actor
from cases.states import SUB_FINAL

MOST = 10
Kind = TaskFile.Kind


def attach(sub_id: UUID, kind: str, file: Posted, *, by: Actor) -> TaskFile:
    """Keep a file with an open task, checked like every upload. Raises BadUpload, WrongState, CaseError."""
    if kind not in Kind.values:
        raise CaseError(_("请选择附件的种类"))
    examined = uploads.examine(file)
    with transaction.atomic():
        case, sub = lock_case_of(sub_id)
        if sub.connect != "manual" or sub.state in SUB_FINAL:
            raise WrongState(_("这件事已经有决定，不能再加附件"))
        return _keep(case, sub, kind, examined, by)


def _keep(case: Case, sub: SubApplication, kind: str, examined: uploads.Examined, by: Actor) -> TaskFile:
    held = TaskFile.objects.filter(sub=sub, kind=kind)
    if held.filter(sha256=examined.sha256).exists():
        raise BadUpload(_("“%(name)s”已经加过了") % {"name": examined.name})
    if held.count() >= MOST:
        raise BadUpload(_("最多加 %(most)s 个附件；请合并成一个 PDF") % {"most": MOST})
    letter = TaskLetter.objects.filter(sub=sub, answered_at=None, recalled_at=None).first()
    kept = TaskFile(
        sub=sub, letter=letter, kind=kind, name=examined.name, sha256=examined.sha256, size=len(examined.content),
        media_type=examined.media_type, added_by_id=by.id or None, added_at=timezone.now(),
    )  # fmt: skip
    kept.file.save(PurePosixPath(examined.name).name, ContentFile(examined.content), save=False)
    kept.save(force_insert=True)
    record(case, "task_file.added", by=by, sub=sub, file_kind=kind, size=kept.size)
    return kept


def give_with_result(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """AFTER_FINAL: the licence that people scanned goes to the applicant with the one result it belongs to."""
    if sub.connect != "manual":
        return
    scanned = TaskFile.objects.filter(sub=sub, kind=Kind.LICENCE).last()
    results = list(Result.objects.filter(sub=sub, replaced_at=None, file=""))
    if scanned is not None and len(results) == 1:
        Result.objects.filter(pk=results[0].pk).update(file=scanned.file.name)
