"""The pile: files handed in together before anybody has said which paper each of them is. Departments never see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePosixPath
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.papers import materials, previews, uploads
from cases.actions.papers.uploads import Posted, forget_file
from cases.errors import BadUpload, CaseError, WrongState
from cases.models import Case, Material, PileFile
from cases.ports import Actor
from cases.states import CASE_FINAL

MOST = 40
KEPT = timedelta(days=30)
_FEW = 200


def add(case_id: UUID, file: Posted, *, by: Actor) -> PileFile:
    """Lay a file on the pile. It is examined before the case is locked. Raises BadUpload, WrongState."""
    examined = uploads.examine(file)
    with transaction.atomic():
        case = lock_case(case_id)
        if case.state in CASE_FINAL:
            raise WrongState(_("办件已经结束，不能再加材料"))
        lying = PileFile.objects.filter(case=case)
        if lying.filter(sha256=examined.sha256).exists():
            raise BadUpload(_("“%(name)s”已经在这一堆里了") % {"name": examined.name})
        if lying.count() >= MOST:
            raise BadUpload(_("一堆最多 %(most)s 个文件；请先把已有的分好，再接着传") % {"most": MOST})
        return _kept(case, examined, by)


def _kept(case: Case, examined: uploads.Examined, by: Actor) -> PileFile:
    kept = PileFile(
        case=case, name=examined.name, sha256=examined.sha256, size=examined.size, media_type=examined.media_type,
        pages=examined.pages, advice=examined.advice,
    )  # fmt: skip
    kept.file.save(PurePosixPath(examined.name).name, ContentFile(examined.content), save=False)
    previews.keep(kept.file.storage, str(kept.file.name), examined.preview)
    kept.save(force_insert=True)
    record(case, "pile.added", by=by, size=kept.size, media_type=kept.media_type)
    return kept


def sort(case_id: UUID, places: Mapping[UUID, str], *, by: Actor) -> dict[UUID, str]:
    """Put files of the pile into the slots that were chosen; what cannot go there stays, with the reason."""
    left: dict[UUID, str] = {}
    for file_id, slot in places.items():
        try:
            put(case_id, file_id, slot, by=by)
        except CaseError as refused:
            left[file_id] = refused.message
    return left


@transaction.atomic
def put(case_id: UUID, file_id: UUID, slot: str, *, by: Actor) -> Material:
    """Put one file of the pile into a slot; the stored file stays where it is. Raises BadUpload, CaseError."""
    case = lock_case(case_id)
    lying = _lying(case, file_id)
    material = materials.placed(case, slot, lying)
    material.file.name = lying.file.name
    lying.delete()
    material.save(force_insert=True)
    record(case, "materials.uploaded", by=by, slot=slot, size=material.size, media_type=material.media_type)
    return material


@transaction.atomic
def remove(case_id: UUID, file_id: UUID, *, by: Actor) -> None:
    """Throw a file of the pile away."""
    case = lock_case(case_id)
    lying = _lying(case, file_id)
    forget_file(lying)
    lying.delete()
    record(case, "pile.removed", by=by)


def _lying(case: Case, file_id: UUID) -> PileFile:
    found = PileFile.objects.filter(case=case, pk=file_id).first()
    if found is None:
        raise CaseError(_("这个文件已经不在这一堆里了，请刷新页面"))
    return found


def forget_all(case: Case) -> None:
    """Throw the whole pile of a locked case away."""
    for lying in PileFile.objects.filter(case=case):
        forget_file(lying)
    PileFile.objects.filter(case=case).delete()


def forget_old() -> int:
    """Throw away what nobody sorted: at the case's end, or a month after it came to a filed case.

    Source: 个人信息保护法 第四十七条.
    """
    over = PileFile.objects.filter(case__state__in=CASE_FINAL) | PileFile.objects.filter(
        created_at__lt=timezone.now() - KEPT, case__submitted_at__isnull=False
    )
    with transaction.atomic():
        old = list(over.select_for_update(of=("self",), skip_locked=True)[:_FEW])
        for lying in old:
            forget_file(lying)
        PileFile.objects.filter(pk__in=[one.pk for one in old]).delete()
    return len(old)
