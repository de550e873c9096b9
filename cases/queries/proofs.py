"""What was fetched in place of a paper: which licence or register, of whom, what it says, as of when. 国令809号."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from bundles import queries
from bundles.forms.coded import term
from bundles.spec.registry import Registry
from cases.models import Case, Lookup, Material
from cases.queries.context import face_of
from cases.queries.slots import name_of
from cases.queries.trust import best_first
from cases.queries.wording import named

MOST_FACTS = 8


@dataclass(frozen=True, slots=True)
class ProofView:
    """A licence or register that stands for a paper. `facts`: (label, value) of what it says."""

    title: str
    department: str
    party: str
    facts: tuple[tuple[str, str], ...]
    as_of: datetime | None
    valid_to: str


def proofs_of(case: Case) -> dict[str, list[ProofView]]:
    """Of each exempted slot what stands for it; two queries."""
    held = list(Material.objects.filter(case=case, source=Material.Source.LICENCE))
    if not held:
        return {}
    found = Lookup.objects.filter(case=case, outcome=Lookup.Outcome.FOUND, code__in={one.covered_by for one in held})
    answers = list(found)
    registry, parties = queries.registry(), _party_names(case)
    shown: dict[str, list[ProofView]] = {}
    for material in held:
        shown.setdefault(material.slot, []).append(_proof(material, answers, registry, parties))
    return shown


def _party_names(case: Case) -> Mapping[str, str]:
    return {party.id: named(party) for party in queries.version(case.bundle_version_id).spec.parties}


def _proof(material: Material, answers: Sequence[Lookup], registry: Registry, parties: Mapping[str, str]) -> ProofView:
    answer, record = _record(material, answers)
    return ProofView(
        title=name_of(registry, material.covered_by),
        department=str(material.reference.get("dept") or ""),
        party=parties.get(str(material.reference.get("party") or ""), ""),
        facts=_facts(registry, material.covered_by, face_of(record)) if record else (),
        as_of=(answer.as_of or answer.asked_at) if answer else None,
        valid_to=str(record.get("valid_to") or "")[:10],
    )


def _record(material: Material, answers: Sequence[Lookup]) -> tuple[Lookup | None, Mapping[str, Any]]:
    """The record that was fetched: the licence by its number, of a register the first about that party."""
    licence_id, party = material.reference.get("licence_id"), material.reference.get("party")
    for answer in (one for one in answers if one.code == material.covered_by):
        for record in best_first(answer.records or ()):
            if record.get("licence_id") == licence_id if licence_id else answer.party in ("", party):
                return answer, record
    return None, {}


def _facts(registry: Registry, code: str, face: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Labels and values in the language of the page, where the shipped terms have them."""
    licence, interface = registry.licences.get(code), registry.interfaces.get(code)
    fields = licence.fields if licence else interface.output if interface else ()
    told = [(label, face.get(name)) for name, label, _kind in fields]
    kept = [(label, str(value)) for label, value in told if isinstance(value, str | int) and value != ""][:MOST_FACTS]
    lang = "en" if (get_language() or "zh").startswith("en") else "zh"
    return tuple((term(registry, label, lang), term(registry, value, lang)) for label, value in kept)
