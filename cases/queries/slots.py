"""Slots for papers as pages show them: covered how, by what, or still open and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.spec import Duration
from bundles.spec.registry import Registry
from cases import docket
from cases.models import Case, Lookup, Material, PileFile
from cases.protection import blind_index
from cases.queries.context import CaseFacts, context_of
from cases.queries.people import pending_parties
from cases.queries.trust import COMPARED, best_first, permits
from cases.queries.wording import named

IMAGES = frozenset({"image/jpeg", "image/png"})
UPLOAD, COMMITMENT, DEFERRED = "upload", "commitment", "deferred"
_STATES = {
    "licence": "exempt",
    "upload": "uploaded",
    "commitment": "committed",
    "deferred": "deferred",
    "generated": "generated",
}


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that was handed in. `advice`: why it may be hard to read (`picture_advice`), empty for nothing."""

    id: UUID
    name: str
    size: int
    media_type: str
    created_at: datetime
    sha256: str = ""
    pages: int = 1
    advice: str = ""

    @property
    def is_image(self) -> bool:
        return self.media_type in IMAGES


@dataclass(frozen=True, slots=True)
class SlotView:
    """A slot. `state`: exempt uploaded committed deferred generated open; `options`: how it may be covered.

    `why` says where an exempted paper comes from, or why an open one is asked for. `waits_for` names the party whose
    authorisation would make it exempt: until that is answered nothing needs to be uploaded.
    """

    slot: str
    material_id: str
    label: str
    label_en: str
    state: str
    required: bool
    why: str
    options: tuple[str, ...]
    items: tuple[str, ...]
    departments: tuple[str, ...]
    files: tuple[FileView, ...] = ()
    waits_for: str = ""
    due_on: date | None = None
    note: str = ""
    needs_original: bool = False
    max_age: Duration | None = None

    @property
    def is_settled(self) -> bool:
        return self.state != "open" or bool(self.waits_for) or not self.required


@dataclass(frozen=True, slots=True)
class Proof:
    """A licence or register that stands for a paper of one party."""

    party: str
    code: str
    kind: str
    label: str
    department: str
    licence_id: str
    file_url: str
    # A copy compared with the original once (level C): nothing to upload, the original is looked at before the end.
    needs_original: bool = False


@dataclass(frozen=True, slots=True)
class Exemption:
    """Whether a paper need not be handed in: the proofs found, and for each party without one the reason."""

    proofs: tuple[Proof, ...]
    gaps: tuple[str, ...]
    waits_for: str = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.proofs) and not self.gaps and not self.waits_for


class Exemptions:
    """Judges slots by what the case has already asked; reads the answers once."""

    def __init__(self, case: Case, context: forms.Context) -> None:
        self.context = context
        self._facts = context.facts if isinstance(context.facts, CaseFacts) else CaseFacts(case)
        self._pending = {party.id_index for party in pending_parties(case)}
        self._today = context.now.date()

    def of(self, slot: forms.Slot) -> Exemption:
        """Every party the paper is about needs one proof; a party of whom nothing is known does not count."""
        proofs: list[Proof] = []
        gaps: list[str] = []
        waits: list[str] = []
        for party_id, row in self._subjects(slot) if slot.material.exempt_by else ():
            found = self._of_party(slot, party_id, row)
            if isinstance(found, Proof):
                proofs.append(found)
            elif found is not None:
                (waits if self._is_pending(party_id, row) else gaps).append(found)
        return Exemption(tuple(proofs), tuple(gaps), self._names(slot, waits))

    def _subjects(self, slot: forms.Slot) -> Iterator[tuple[str, forms.Row | None]]:
        """Whom the paper is about; one paper for all rows of a block is about each of them."""
        for party_id in slot.material.of:
            rows: list[forms.Row | None] = []
            if party_id == "row" and slot.row is None:
                rows += self._rows_asked_about(slot)
            yield from ((party_id, row) for row in rows or [slot.row])

    def _rows_asked_about(self, slot: forms.Slot) -> list[forms.Row]:
        """Rows of the block that the registers standing in for the paper can be asked about."""
        paths = [path_of(self.context.registry, code, "row") for code in slot.material.exempt_by]
        every = [
            forms.Row(group, index)
            for group in self.context.spec.groups
            for index in range(len(forms.rows_of(self.context.answers, group)))
        ]
        return [row for row in every if any(forms.lookup_for(self.context, path, row) for path in paths)]

    def _of_party(self, slot: forms.Slot, party_id: str, row: forms.Row | None) -> Proof | str | None:
        """A proof, the reason why there is none, or None for a party that plays no part here."""
        reasons = []
        for code in slot.material.exempt_by:
            lookup = forms.lookup_for(self.context, path_of(self.context.registry, code, party_id), row)
            if lookup is None:
                continue
            answer = self._facts.answer(lookup)
            record = self._standing_record(answer) if answer is not None else None
            if record is not None:
                return self._proof(lookup, party_id, record)
            reasons.append(self._reason(lookup, party_id, answer))
        if reasons:
            return reasons[0]
        told = _("还没有填写%(who)s的证件号码") % {"who": self._name(party_id)}
        return told if self._is_known(party_id, row) else None

    def _proof(self, lookup: forms.Lookup, party_id: str, record: Mapping[str, object]) -> Proof:
        return Proof(
            party=party_id,
            code=lookup.code,
            kind=lookup.kind,
            label=label_of(self.context.registry, lookup.code),
            department=dept_of(self.context.registry, lookup.code),
            licence_id=str(record.get("licence_id") or "") if lookup.kind == "licence" else "",
            file_url=str(record.get("file_url") or "") if lookup.kind == "licence" else "",
            needs_original=lookup.kind == "licence" and permits(record).original,
        )

    def _standing_record(self, answer: Lookup) -> Mapping[str, object] | None:
        """The record that stands for the paper, the most trusted first; None where none does.

        A licence past its day proves nothing, nor does one that nobody has checked (level D).
        """
        if answer.outcome != Lookup.Outcome.FOUND:
            return None
        if answer.kind != "licence":
            return next(iter(answer.records or ()), {})
        valid = (record for record in best_first(answer.records or ()) if self._is_valid(record))
        return next((record for record in valid if permits(record).replaces), None)

    def _is_valid(self, record: Mapping[str, object]) -> bool:
        return not record.get("valid_to") or str(record["valid_to"])[:10] >= self._today.isoformat()

    def _reason(self, lookup: forms.Lookup, party_id: str, answer: Lookup | None) -> str:
        told = {"paper": name_of(self.context.registry, lookup.code), "who": self._name(party_id)}
        if answer is None:
            return _("还没有查询%(who)s的“%(paper)s”") % told
        if answer.outcome == Lookup.Outcome.UNAVAILABLE:
            return _("暂时连不上“%(paper)s”的系统，可以稍后再试，也可以直接上传") % told
        if answer.outcome == Lookup.Outcome.FOUND:
            if any(self._is_valid(record) for record in answer.records or ()):
                return _("%(who)s的“%(paper)s”没有经过核对，不能代替材料，请上传") % told
            return _("%(who)s的“%(paper)s”已过有效期，请上传新的") % told
        return _("没有查到%(who)s的“%(paper)s”，请上传") % told

    def _names(self, slot: forms.Slot, waits: Sequence[str]) -> str:
        pending = [p for p in slot.material.of if self._is_pending(p, slot.row)] if waits else []
        return "、".join(self._name(party_id) for party_id in pending)

    def _name(self, party_id: str) -> str:
        return next((named(p) for p in self.context.spec.parties if p.id == party_id), _("这一项"))

    def _is_known(self, party_id: str, row: forms.Row | None) -> bool:
        return bool(forms.identity_of(self.context, party_id, row))

    def _is_pending(self, party_id: str, row: forms.Row | None) -> bool:
        identity = forms.identity_of(self.context, party_id, row)
        number = identity.id_no or identity.uscc or identity.passport_no
        return bool(number) and blind_index(number) in self._pending


def path_of(registry: Registry, code: str, party_id: str) -> str:
    """The path that asks for a licence or register about a party; any field will do."""
    if code in registry.licences:
        return f"licence:{code}@{party_id}.{registry.licences[code].id_field}"
    interface = registry.interfaces.get(code)
    return f"api:{code}@{party_id}.{interface.output[0][0]}" if interface and interface.output else ""


def label_of(registry: Registry, code: str) -> str:
    known = registry.licences.get(code) or registry.interfaces.get(code)
    return known.zh if known else code


def name_of(registry: Registry, code: str) -> str:
    """A licence or register in the language of the page; what is kept with a case has its Chinese name."""
    known = registry.licences.get(code) or registry.interfaces.get(code)
    return named(known) if known else code


def _name_of_held(material: Material) -> str:
    return name_of(queries.registry(), material.covered_by) if material.covered_by else material.name or ""


def dept_of(registry: Registry, code: str) -> str:
    known = registry.licences.get(code) or registry.interfaces.get(code)
    return known.dept if known else ""


def slots_of(case: Case, context: forms.Context | None = None) -> tuple[SlotView, ...]:
    """All slots that the case has now, in the order of the bundle."""
    context = context or context_of(case)
    slots = forms.material_slots(context, forms.select(context))
    if not slots:
        return ()
    exemptions = Exemptions(case, context)
    held: dict[str, list[Material]] = defaultdict(list)
    for material in () if docket.has_none(Material, case.pk) else Material.objects.filter(case=case):
        held[material.slot].append(material)
    return tuple(_view(slot, held[slot.key], exemptions) for slot in slots)


def missing_materials(case: Case) -> tuple[SlotView, ...]:
    """Required slots that nothing covers and that no authorisation still asked for could cover."""
    return tuple(slot for slot in slots_of(case) if not slot.is_settled)


def _view(slot: forms.Slot, held: Sequence[Material], exemptions: Exemptions) -> SlotView:
    material = slot.material
    state, why, waits_for = _standing(slot, held, exemptions)
    uploads = [one for one in held if one.source == Material.Source.UPLOAD]
    return SlotView(
        slot=slot.key,
        material_id=material.id,
        label=slot.label,
        label_en=slot.label_en,
        state=state,
        required=material.required,
        why=why,
        options=_options(slot),
        items=slot.items,
        departments=slot.departments,
        files=tuple(file_view(one) for one in uploads),
        waits_for=waits_for,
        due_on=next((one.due_on for one in held if one.due_on), None),
        note=str(material.note or ""),
        needs_original=state == "exempt" and any(map(rests_on_original, held)),
        max_age=material.max_age,
    )


def file_view(kept: Material | PileFile) -> FileView:
    return FileView(
        kept.pk, kept.name or "", kept.size, kept.media_type, kept.created_at, kept.sha256, kept.pages, kept.advice
    )


def _standing(slot: forms.Slot, held: Sequence[Material], exemptions: Exemptions) -> tuple[str, str, str]:
    """(state, why, whom it waits for)."""
    if slot.material.generated:
        return "generated", _("由系统按您填的内容生成，不用准备"), ""
    if slot.material.from_item:
        return "generated", _("由前一件事办出来，不用准备"), ""
    if held:
        return _STATES[held[0].source], _covered(held), ""
    exemption = exemptions.of(slot)
    if exemption.waits_for:
        told = _("%(whom)s授权后由系统调取，不用上传") % {"whom": exemption.waits_for}
        return "open", told, exemption.waits_for
    return "open", "；".join(exemption.gaps), ""


def rests_on_original(material: Material) -> bool:
    """Whether what covers a slot is a copy of which the original has to be looked at."""
    return material.source == Material.Source.LICENCE and material.reference.get("trust") == COMPARED


def _covered(held: Sequence[Material]) -> str:
    first = held[0]
    if first.source == Material.Source.LICENCE:
        names = "、".join(dict.fromkeys(_name_of_held(one) for one in held))
        if any(map(rests_on_original, held)):
            return _("免提交：系统已调取%(papers)s；请在窗口或领取时出示原件核对") % {"papers": names}
        return _("免提交：系统已调取%(papers)s") % {"papers": names}
    if first.source == Material.Source.COMMITMENT:
        return _("您已书面承诺符合条件，不用再交；不属实的，决定会被撤销并记入信用")
    if first.source == Material.Source.GENERATED:
        return _("已有%(paper)s，不用上传") % {"paper": first.name}
    if first.source == Material.Source.DEFERRED and first.due_on:
        return _("先受理，请在 %(day)s 前补交") % {"day": f"{first.due_on:%Y-%m-%d}"}
    return ""


def _options(slot: forms.Slot) -> tuple[str, ...]:
    if slot.material.generated or slot.material.from_item:
        return ()
    more = [(COMMITMENT, slot.material.commitment), (DEFERRED, slot.material.deferrable is not None)]
    return (UPLOAD, *(option for option, is_allowed in more if is_allowed))
