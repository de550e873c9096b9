"""Results of an approval: declared fields, each kept once, with a mark to verify the paper by."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bundles import queries
from cases.actions import attention
from cases.actions.events import record
from cases.models import Attention, Case, Result, SubApplication
from cases.ports import Actor
from cases.queries.declared import declared_fields

MARK_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MARK_LENGTH = 16


def issue(case: Case, sub: SubApplication, values: Mapping[str, Any], *, at: datetime, by: Actor) -> None:
    """Keep what a department returned, by the item's declared results; undeclared values are dropped.

    A missing declared field does not undo the approval: a person is told, so that the department sends it.
    """
    lacking: list[str] = []
    for declared in queries.version(case.bundle_version_id).spec.results_of(sub.item_id):
        names = declared_fields(declared)
        fields = {name: values[name] for name in names if name in values}
        lacking += [f"{declared.id}.{name}" for name in names if name not in values]
        _, is_new = Result.objects.get_or_create(
            sub=sub,
            result_id=declared.id,
            defaults={
                "kind": declared.kind,
                "licence_code": declared.licence or "",
                "fields": fields,
                "mark": new_mark(),
                "issued_at": at,
            },
        )
        if is_new:
            record(case, "result.issued", by=by, sub=sub, result=declared.id, result_kind=declared.kind)
    if lacking:
        attention.raise_attention(case, Attention.Reason.BAD_RESULT, sub=sub, detail="、".join(lacking))


def new_mark() -> str:
    """A random public mark (80 bits): says nothing about the person and cannot be guessed."""
    return "".join(secrets.choice(MARK_ALPHABET) for _ in range(MARK_LENGTH))
