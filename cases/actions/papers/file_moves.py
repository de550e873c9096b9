"""What a person does with a file that is there already: turn it, put it elsewhere, keep it in spite of advice."""

from __future__ import annotations

import io
from hashlib import sha256
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.papers import materials, previews
from cases.actions.papers.materials import held_file
from cases.actions.papers.uploads import PNG, forget_file
from cases.errors import CaseError
from cases.models import Case, Material, PileFile
from cases.ports import Actor

LEFT, RIGHT = "left", "right"
_TURNS = {LEFT: Image.Transpose.ROTATE_90, RIGHT: Image.Transpose.ROTATE_270}
_ASIDE = 32_000  # a position nothing stands at
_QUALITY = 92


@transaction.atomic
def turn(case_id: UUID, material_id: UUID, direction: str, *, by: Actor) -> None:
    """Turn a picture a quarter, LEFT or RIGHT. Raises CaseError for a PDF."""
    case = lock_case(case_id)
    material = held_file(case, material_id)
    if not material.media_type.startswith("image/") or direction not in _TURNS:
        raise CaseError(_("这个文件转不了方向，请重新拍一张"))
    content, preview = _turned(material, direction)
    forget_file(material)
    material.sha256, material.size = sha256(content).hexdigest(), len(content)
    material.file.save("turned", ContentFile(content), save=False)
    previews.keep(material.file.storage, str(material.file.name), preview)
    material.save(update_fields=["file", "sha256", "size"])
    record(case, "materials.turned", by=by, slot=material.slot)


def _turned(material: Material, direction: str) -> tuple[bytes, bytes]:
    with material.file.open("rb") as stored, Image.open(io.BytesIO(stored.read())) as picture:
        upright = picture.transpose(_TURNS[direction])
    out = io.BytesIO()
    if material.media_type == PNG:
        upright.save(out, "PNG", optimize=True)
    else:
        upright.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), previews.of_picture(upright)


@transaction.atomic
def move_page(case_id: UUID, material_id: UUID, *, forward: bool, by: Actor) -> None:
    """Change places with the file before it, or with the one behind it; the first and the last stay where they are."""
    case = lock_case(case_id)
    material = held_file(case, material_id)
    beside = Material.objects.filter(case=case, slot=material.slot, source=Material.Source.UPLOAD)
    if forward:
        other = beside.filter(position__lt=material.position).order_by("-position").first()
    else:
        other = beside.filter(position__gt=material.position).order_by("position").first()
    if other is None:
        return
    # Three steps, because (slot, position) is unique at every moment.
    mine = Material.objects.filter(pk=material.pk)
    mine.update(position=_ASIDE)
    Material.objects.filter(pk=other.pk).update(position=material.position)
    mine.update(position=other.position)
    record(case, "materials.reordered", by=by, slot=material.slot)


@transaction.atomic
def move_to(case_id: UUID, material_id: UUID, slot: str, *, by: Actor) -> None:
    """Put a file that was sorted wrongly into another slot; an empty `slot` takes it back to the pile."""
    case = lock_case(case_id)
    material = held_file(case, material_id)
    if slot == material.slot:
        return
    if slot:
        there = materials.placed(case, slot, material)
        there.file.name = material.file.name
        there.copied_from = material.copied_from
        material.delete()
        there.save(force_insert=True)
    else:
        _to_the_pile(case, material)
    record(case, "materials.moved", by=by, slot=slot or material.slot)
    if not Material.objects.filter(case=case, slot=material.slot).exists():
        materials.cover_exempt(case)


def _to_the_pile(case: Case, material: Material) -> None:
    """The same file lies in the pile already: one of the two is enough."""
    if PileFile.objects.filter(case=case, sha256=material.sha256).exists():
        forget_file(material)
    else:
        PileFile(
            case=case, name=material.name, file=material.file.name, sha256=material.sha256, size=material.size,
            media_type=material.media_type, pages=material.pages, advice=material.advice,
        ).save(force_insert=True)  # fmt: skip
    material.delete()


@transaction.atomic
def keep_as_is(case_id: UUID, material_id: UUID, *, by: Actor) -> None:
    """The person has read the advice and hands the file in all the same."""
    case = lock_case(case_id)
    material = held_file(case, material_id)
    if material.advice:
        Material.objects.filter(pk=material.pk).update(advice="")
        record(case, "materials.kept_as_is", by=by, slot=material.slot, advice=material.advice)
