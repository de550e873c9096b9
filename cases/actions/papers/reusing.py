"""My documents (我的材料): a file handed in before is handed in again, or taken off the list."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import access
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.papers import materials, uploads
from cases.actions.papers.materials import BEFORE_FILING
from cases.errors import CaseError
from cases.models import Material
from cases.queries.people import StaffPerson


def reuse(case_id: UUID, slot: str, material_id: UUID, *, account: StaffPerson) -> Material:
    """Hand a file of an earlier own case in once more: a copy, so that neither case depends on the other.

    Raises CaseError for a file that is not there (any more), BadUpload where the slot has it already.
    """
    earlier = access.materials_for(account).filter(pk=material_id, source=Material.Source.UPLOAD).first()
    if earlier is None or earlier.put_away_at is not None or not earlier.file:
        raise CaseError(_("这个文件已经不在您的材料里了，请重新拍照上传"))
    with earlier.file.open("rb") as stored:
        content = bytes(stored.read())
    copied = uploads.Examined(
        earlier.name or "", content, earlier.media_type, earlier.sha256, earlier.pages, earlier.advice
    )
    with transaction.atomic():
        return materials.admit(lock_case(case_id), slot, copied, by=account.actor, copied_from=earlier)


def take_away(material_id: UUID, *, account: StaffPerson) -> bool:
    """Take a file off the list. True where it is deleted, False where it stays with the case it was filed with.

    What was handed in with a filed case is part of its file and is kept with it (政务服务电子文件归档); it is only
    not offered again.
    """
    material = access.materials_for(account).filter(pk=material_id, source=Material.Source.UPLOAD).first()
    if material is None:
        raise CaseError(_("这个文件已经不在了，请刷新页面"))
    if material.case.state in BEFORE_FILING:
        materials.remove_file(material.case_id, material.pk, by=account.actor)
        return True
    with transaction.atomic():
        case = lock_case(material.case_id)
        same = access.materials_for(account).filter(sha256=material.sha256, put_away_at=None)
        same.exclude(case__state__in=BEFORE_FILING).update(put_away_at=timezone.now())
        record(case, "materials.put_away", by=account.actor, slot=material.slot)
    return False
