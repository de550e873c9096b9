"""The pile as its page shows it: each file, where it may belong and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bundles import queries
from cases.models import Case, PileFile
from cases.queries import sorting
from cases.queries.my_papers import went_before
from cases.queries.people import Person
from cases.queries.slots import FileView, SlotView, file_view, label_of
from cases.queries.sorting import Loose, Place, Proposal


@dataclass(frozen=True, slots=True)
class LyingFile:
    """A file of the pile and the slot proposed for it, None where nothing speaks for one."""

    file: FileView
    proposal: Proposal | None


def pile_of(case: Case, slots: Sequence[SlotView], account: Person) -> tuple[LyingFile, ...]:
    """Two queries, one where nothing lies there."""
    lying = [file_view(one) for one in PileFile.objects.filter(case=case)]
    if not lying:
        return ()
    before = went_before(account, [one.sha256 for one in lying])
    loose = [Loose(one.id, one.name, one.sha256) for one in lying]
    found = sorting.proposals(loose, places(case, slots), before)
    return tuple(LyingFile(one, found.get(one.id)) for one in lying)


def places(case: Case, slots: Sequence[SlotView]) -> list[Place]:
    """The slots a file may be put into, with what else their papers are called."""
    spec, registry = queries.version(case.bundle_version_id).spec, queries.registry()
    return [
        Place(
            slot.slot,
            slot.label,
            (*(label_of(registry, code) for code in spec.material(slot.material_id).exempt_by), slot.label_en),
            is_wanted=slot.state == "open" and slot.required and not slot.waits_for,
        )
        for slot in slots
        if "upload" in slot.options
    ]


def seems_misplaced(case: Case, slots: Sequence[SlotView]) -> dict[object, str]:
    """Files whose name speaks for another slot than theirs: id -> that slot."""
    files = [(Loose(file.id, file.name, file.sha256), slot.slot) for slot in slots for file in slot.files]
    return sorting.misplaced(files, places(case, slots)) if files else {}
