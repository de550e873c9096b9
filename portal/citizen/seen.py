"""What of a section a page has shown, as a mark: two people on one section collide, one person on two does not.

What stood open is signed: whoever makes it up could say that a value which a register has locked stood open.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from bundles import forms
from bundles.queries import version
from cases import access
from cases.actions.applying import drafting
from cases.actions.registers import held_values
from cases.errors import ChangedMeanwhile
from cases.queries.context import context_of
from portal.citizen import clashes
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest

TRIES = 3
CHANGED = "这一部分刚在别处改过（另一台设备或另一位），请核对后再保存；您填的内容还在"


def mark_of(case: Any, section_id: str, without: Collection[str] = ()) -> str:
    """Changes with the answers of this section and with nothing else; those at the paths `without` do not count."""
    spec = version(case.bundle_version_id).spec
    names = {f.id for s, group, f in spec.walk_fields() if s.id == section_id and group is None} | {section_id}
    fields = (case.answers or {}).get("fields") or {}
    kept = {name: fields[name] for name in sorted(names) if name in fields}
    kept = _without(kept, without) if without else kept
    return sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def _without(kept: Mapping[str, Any], paths: Collection[str]) -> dict[str, Any]:
    """The answers less those at some paths; "s_child.0.child_name" is a cell of a row."""
    left: dict[str, Any] = json.loads(json.dumps(kept, ensure_ascii=False))
    for path in paths:
        name, _dot, rest = path.partition(".")
        index, _dot, cell = rest.partition(".")
        if not rest:
            left.pop(name, None)
        elif index.isdecimal() and isinstance(left.get(name), list) and int(index) < len(left[name]):
            left[name][int(index)].pop(cell, None)
    return left


def open_paths(view: forms.SectionView) -> list[str]:
    """The fields that stood empty and open on the page: a late answer may fill them while somebody types there."""
    fields = [*view.fields, *(field for row in view.rows for field in row.fields)]
    return [field.path for field in fields if not field.locked and not field.value and not field.values]


def marks(case: Any, section_id: str, stood_open: Collection[str]) -> dict[str, str]:
    """What a page carries along: the whole mark, the mark less what stood open, and what that was."""
    return {
        "mark": mark_of(case, section_id),
        "calm": mark_of(case, section_id, stood_open),
        "open": _signer(case.pk, section_id).sign(",".join(stood_open)),
    }


def stood_open(request: OwnRequest, case_id: UUID, section_id: str) -> list[str]:
    """The paths that were empty and open when the page was shown; none where the page does not come from here."""
    try:
        told = _signer(case_id, section_id).unsign(request.POST.get("open", ""))
    except BadSignature:
        return []
    return [path for path in told.split(",") if path]


def _signer(case_id: UUID, section_id: str) -> Signer:
    return Signer(salt=f"section:{case_id}:{section_id}")


def history_mark(case: Any) -> str:
    """Changes with the history of the case, the language and the day."""
    return f'"{case.last_seq}-{case.version}-{lang()}-{timezone.localdate():%j}"'


def save_unless_changed(
    request: OwnRequest, case_id: UUID, section_id: str, typed: Mapping[str, Any]
) -> drafting.SectionSaved:
    """Save a section; where its answers have changed since the page was shown, what only one side changed is merged.

    Late answers of registers are no such change: what was typed in their place stays, what was left empty is theirs.
    Raises Collided where both changed the same, ChangedMeanwhile for a page that does not say what it showed.
    """
    shown = request.POST.get("version", "")
    for _ in range(TRIES):
        case = access.cases_for(request.user).get(pk=case_id)
        if shown and shown != mark_of(case, section_id):
            if "base" in request.POST:
                typed = _merged(request, case, section_id, typed)
            elif not _only_filled_in(request, case, section_id):
                break
            typed = _typed_first(request, case, section_id, typed)
            case = access.cases_for(request.user).get(pk=case_id)
        try:
            return drafting.save_section(case_id, section_id, typed, by=request.user.actor, version=case.version)
        except ChangedMeanwhile:
            continue
    raise ChangedMeanwhile(CHANGED)


def _merged(request: OwnRequest, case: Any, section_id: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the page changed on top of what somebody else changed. Raises Collided where that is the same.

    A value that a register gave is nobody's change: what the person typed in its place stays.
    """
    context = context_of(case)
    view = forms.section_view(context, forms.select(context), section_id, lang=lang())
    merged = clashes.merge(view, request.POST["base"], typed)
    given = {cell.path for cell in (*view.fields, *(c for row in view.rows for c in row.fields)) if cell.source}
    merged.clashes = [one for one in merged.clashes if one.path not in given]
    request.merged = merged
    if merged.clashes:
        raise clashes.Collided(CHANGED, merged)
    return merged.typed


def _only_filled_in(request: OwnRequest, case: Any, section_id: str) -> bool:
    """Whether nothing changed since but fields that stood empty, which registers have filled."""
    calm = request.POST.get("calm", "")
    return bool(calm) and calm == mark_of(case, section_id, stood_open(request, case.pk, section_id))


def _typed_first(request: OwnRequest, case: Any, section_id: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be saved: not what was left empty, nor what stands there already; other fields are opened again."""
    context = context_of(case)
    held = _values(forms.section_view(context, forms.select(context), section_id))
    stood = stood_open(request, case.pk, section_id)
    same = {path for path in stood if typed.get(path) in (None, "", [], held.get(path))}
    held_values.keep_typed(case.pk, [path for path in stood if path not in same], by=request.user.actor)
    return {path: value for path, value in typed.items() if path not in same}


def _values(view: forms.SectionView) -> dict[str, str]:
    """What stands in each field now, as its input would post it."""
    fields = [*view.fields, *(field for row in view.rows for field in row.fields)]
    return {field.path: field.value for field in fields}
