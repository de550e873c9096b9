"""Sensitive sources of a form that nobody agreed to apart; they are not asked. 个人信息保护法 第二十九条."""

from __future__ import annotations

from dataclasses import dataclass

from bundles.spec.registry import Interface, LicenceKind
from cases.models import Case, Consent
from cases.queries.context import frame_of


@dataclass(frozen=True, slots=True)
class Unasked:
    """A register or licence that could fill in something here, and the kind of sensitive information it is."""

    code: str
    title: str
    kind: str


def unasked(case: Case, section_id: str, lang: str = "zh") -> tuple[Unasked, ...]:
    """What the applicant may still agree to, for the fields of a section; nothing where no own consent stands."""
    own = Consent.objects.filter(case=case, kind="own", revoked_at=None).first()
    if own is None:
        return ()
    frame = frame_of(case)
    registry = frame.context.registry
    fields = [
        f for s, _, f in frame.context.spec.walk_fields() if s.id == section_id and f.id in frame.selection.fields
    ]
    found: dict[str, Unasked] = {}
    for path in (path for field in fields for path in field.prefills):
        source = path.partition("@")[0]
        kind, _, code = source.partition(":")
        known = registry.licences.get(code) if kind == "licence" else registry.interfaces.get(code)
        if known is not None and known.sensitive and source not in own.sensitive:
            found.setdefault(source, Unasked(code, _said(known, lang), known.sensitive))
    return tuple(found.values())


def _said(known: Interface | LicenceKind, lang: str) -> str:
    return known.en if lang == "en" and known.en else known.zh
