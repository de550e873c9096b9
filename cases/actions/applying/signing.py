"""What a party signs: the answers as people gave them, and the mark that says it was signed. 电子签名法 第十三条."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from bundles import forms
from bundles.spec import BundleSpec
from cases.models import Case, Party
from cases.queries.context import context_of
from cases.queries.people import parties_of, pending_parties

CONFIRMATIONS = ("consent", "confirm", "signed")
EVERYBODY = "all_signed"


def digest_of_answers(context: forms.Context) -> str:
    """Changes with every answer that somebody gave; what registers or the portal filled in does not count."""
    answers = context.answers
    sources = answers.get("sources") or {}
    said = {
        path: value
        for path, field_id, value in _flat(context.spec, answers.get("fields") or {})
        if path not in sources and not _is_system(context.spec, field_id)
    }
    signed = {"guidance": answers.get("guidance") or {}, "ticks": sorted(answers.get("ticks") or ()), "fields": said}
    return sha256(json.dumps(signed, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _flat(spec: BundleSpec, fields: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for name, value in fields.items():
        if name not in spec.groups:
            yield name, name, value
            continue
        for index, row in enumerate(value or ()):
            for field_id, cell in row.items():
                yield f"{name}.{index}.{field_id}", field_id, cell


def _is_system(spec: BundleSpec, field_id: str) -> bool:
    return spec.has_field(field_id) and spec.field(field_id).system


def note_confirmations(case: Case) -> None:
    """Say in the form's own system fields who has agreed."""
    everybody = not pending_parties(case)
    answers = confirmed(context_of(case), parties_of(case), everybody=everybody)
    if answers != case.answers:
        case.answers = answers
        case.save(update_fields=["answers"])


def confirmed(context: forms.Context, parties: Iterable[Party], *, everybody: bool) -> dict[str, Any]:
    """Answers whose confirmation fields (`father_consent`, `seller_confirm`, `all_signed`) say who has agreed."""
    spec = context.spec
    said = {EVERYBODY: everybody}
    for one in parties:
        agreed = one.state == Party.State.AGREED
        for word in CONFIRMATIONS:
            name = f"{one.party_id}_{word}"
            said[name] = agreed and said.get(name, True)
    fields = dict(context.answers.get("fields") or {})
    for name, value in said.items():
        if _is_system(spec, name) and spec.field(name).type == "bool":
            fields.update({name: True}) if value else fields.pop(name, None)
    return {**context.answers, "fields": fields}
