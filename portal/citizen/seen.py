"""What of a section a page has shown, as a mark: two people on one section collide, one person on two does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils import timezone

from bundles.queries import version
from cases import access
from cases.actions import drafting
from cases.errors import ChangedMeanwhile
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest

TRIES = 3
CHANGED = "这一部分刚在别处改过（另一台设备或另一位），请核对后再保存；您填的内容还在"


def mark_of(case: Any, section_id: str) -> str:
    """Changes with the answers of this section and with nothing else."""
    spec = version(case.bundle_version_id).spec
    names = {f.id for s, group, f in spec.walk_fields() if s.id == section_id and group is None} | {section_id}
    fields = (case.answers or {}).get("fields") or {}
    kept = {name: fields[name] for name in sorted(names) if name in fields}
    return sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def history_mark(case: Any) -> str:
    """Changes with the history of the case, the language and the day."""
    return f'"{case.last_seq}-{case.version}-{lang()}-{timezone.localdate():%j}"'


def save_unless_changed(
    request: OwnRequest, case_id: UUID, section_id: str, typed: Mapping[str, Any]
) -> drafting.SectionSaved:
    """Save a section unless its answers have changed since the page was shown. Raises ChangedMeanwhile."""
    shown = request.POST.get("version", "")
    for _ in range(TRIES):
        case = access.cases_for(request.user).get(pk=case_id)
        if shown and shown != mark_of(case, section_id):
            break
        try:
            return drafting.save_section(case_id, section_id, typed, by=request.user.actor, version=case.version)
        except ChangedMeanwhile:
            continue
    raise ChangedMeanwhile(CHANGED)
