"""Our own licence library beside those of the departments: it answers where they do not, and knows what has ended.

A licence that was issued here is there for the next case at once, before the department's library has taken it, and
while that is silent; one that has ended here stands for nothing, although the department has not heard of it yet.
国令809号: what is shared already is not collected again; 国令716号 第十条.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils import timezone

from cases.models import Licence
from cases.ports import Finding, Query
from cases.protection import blind_index

Key = tuple[str, str]


def supplement(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of the departments' libraries, set right by what our own knows: one query for all of them."""
    held = _held([finding.query for finding in findings if finding.query.kind == "licence"])
    return [_right(one, held.get(_key(one.query), [])) for one in findings] if held else list(findings)


def _key(query: Query) -> Key:
    """The kind and the holder asked about, as an index; no holder for what is not a licence."""
    number = next((value for _, value in query.inputs if value), "")
    return query.code, blind_index(number) if number and query.kind == "licence" else ""


def _held(queries: Sequence[Query]) -> dict[Key, list[Licence]]:
    """What came out of cases here, of these kinds and holders; what was fetched is the departments' own word."""
    keys = {_key(query) for query in queries}
    codes, holders = {code for code, _ in keys}, {holder for _, holder in keys if holder}
    found: dict[Key, list[Licence]] = defaultdict(list)
    if holders:
        rows = Licence.objects.filter(~Q(result=None), code__in=codes, holder_index__in=holders)
        for row in rows.order_by("-issued_at"):
            found[row.code, row.holder_index].append(row)
    return found


def _right(finding: Finding, held: Sequence[Licence]) -> Finding:
    ended = {one.licence_id for one in held if one.licence_id and not is_in_force(one)}
    kept = tuple(record for record in finding.records if record.get("licence_id") not in ended)
    if kept or not held:
        return finding if len(kept) == len(finding.records) else replace(finding, records=kept)
    ours = [one for one in held if is_in_force(one) and _may_speak(one, finding)]
    if ours:
        at = ours[0].confirmed_at or ours[0].issued_at
        return replace(finding, outcome="found", records=tuple(map(record_of, ours)), as_of=at, reason="", detail="")
    return replace(finding, outcome="empty", records=()) if finding.outcome == "found" else finding


def _may_speak(licence: Licence, finding: Finding) -> bool:
    """Where the department says there is none, only what it has not been told of yet can be."""
    return finding.outcome == "unavailable" or not licence.licence_id


def is_in_force(licence: Licence) -> bool:
    """In force by its state and by its last day."""
    until = licence.valid_to
    return licence.state == Licence.State.IN_FORCE and (until is None or until >= timezone.localdate())


def record_of(licence: Licence) -> Mapping[str, Any]:
    """A licence of ours as the departments' libraries answer."""
    return {
        "licence_id": licence.licence_id or str(licence.pk),
        "data": dict(licence.face),
        "issued_on": timezone.localdate(licence.issued_at).isoformat(),
        "valid_to": licence.valid_to.isoformat() if licence.valid_to else None,
        "status": "有效",
        "file_url": "",
        "trust": licence.trust,
    }
