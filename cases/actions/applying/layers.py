"""The two layers of a batch: what belongs to the batch itself, and what belongs to each of its people.

The organisation files the items of the batch; the rows of the roster are kept beside its answers (cases.models.roster),
not in them. Each person who confirms gets an own case with the own row and the items of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bundles import forms
from bundles.spec import BundleSpec, Item, Party

BATCH, PERSON = "batch", "person"


def first_answers(spec: BundleSpec, applicant_kind: str) -> dict[str, Any]:
    """What the answers of a new case say about its layer; a person who applies alone has an ordinary case."""
    if spec.batch is None or applicant_kind != "org":
        return {}
    papers = [material.id for material in spec.materials if material.per == spec.batch.group]
    person = spec.confirmation.party if spec.confirmation else None
    own = [section.id for section in spec.form.sections if person and section.filled_by == person]
    return {"layer": BATCH, "elsewhere": [spec.batch.group, *own, *papers]}


def person_answers(spec: BundleSpec, batch: Mapping[str, Any], row: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The answers a person begins with: what the organisation said, and the own row, locked but for what is open."""
    assert spec.batch is not None
    group = spec.batch.group
    open_fields = set(spec.confirmation.editable if spec.confirmation else ())
    source = {"path": f"roster:{group}", "label": "单位名册", "at": at, "locked": True}
    own = {name: value for name, value in (batch.get("fields") or {}).items() if name not in spec.groups}
    said = [*own, *(f"{group}.0.{name}" for name in row)]
    return {
        "layer": PERSON,
        "elsewhere": [
            *(item.id for item in spec.items if not is_of_person(spec, item)),
            *(party.id for party in spec.parties if party.role == "operator" or _brings_roster(party)),
        ],
        "guidance": said_by_organisation(spec, batch),
        "fields": {**own, group: [dict(row)]},
        "sources": {path: source for path in said if path.rpartition(".")[2] not in open_fields},
    }


def said_by_organisation(spec: BundleSpec, batch: Mapping[str, Any]) -> dict[str, Any]:
    """The organisation's answers to its own situation questions; what the person is asked it cannot answer."""
    person = spec.confirmation.party if spec.confirmation else None
    asked = {question.id for question in spec.guidance if question.asked_of != person}
    return {name: answer for name, answer in (batch.get("guidance") or {}).items() if name in asked}


def _brings_roster(party: Party) -> bool:
    return party.role == "applicant" and party.kind == "org"


def is_of_person(spec: BundleSpec, item: Item) -> bool:
    """Whether an item is done for each person of the roster, and not once for the batch."""
    instances = item.instances
    return spec.batch is not None and instances is not None and instances.group == spec.batch.group


def items_filed(context: forms.Context, selection: forms.Selection) -> list[str] | None:
    """The items that a batch files itself; None where everything that is on is filed."""
    if context.answers.get("layer") != BATCH:
        return None
    spec = context.spec
    return [item for item in selection.items if not is_of_person(spec, spec.item(item))]
