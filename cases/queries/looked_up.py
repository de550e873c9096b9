"""What registers said for a form, in the words of its page: found, no record, no answer yet, otherwise than typed.

The three failures are three things: without a record the person fills in and shows a paper; without an answer it is
asked on and may come by itself; a difference is for the person to settle. None of them stops the filing (国令716号).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils import timezone

from bundles import forms
from bundles.forms.typed import EMPTY
from bundles.spec import Field
from bundles.spec.registry import Interface, LicenceKind
from cases.models import Case, LatePrefill, Lookup
from cases.queries.context import CaseFacts, frame_of

State = Literal["found", "empty", "waiting", "unavailable"]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A register or licence that a form reads. `as_of` is the day its data stood so; `reason` a code of a silence."""

    code: str
    title: str
    dept: str
    state: State
    fields: tuple[str, ...]
    as_of: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Differing:
    """A field that was typed otherwise than a register has it."""

    path: str
    label: str
    stated: str
    held: str
    source: str


@dataclass(frozen=True, slots=True)
class LookedUpPage:
    """All of it for a section, or for the whole form."""

    sources: tuple[LookedUp, ...]
    differing: tuple[Differing, ...]
    is_awaited: bool

    def in_state(self, state: str) -> tuple[LookedUp, ...]:
        return tuple(one for one in self.sources if one.state == state)


def looked_up(case: Case, section_id: str | None = None, lang: str = "zh") -> LookedUpPage:
    """What was asked for the fields of a section, or of the whole form, and how that ended."""
    frame = frame_of(case)
    page = _Page(case, frame.context, frame.selection, lang)
    fields = [f for s, _, f in frame.context.spec.walk_fields() if section_id in (None, s.id)]
    return page.of([field for field in fields if field.id in frame.selection.fields])


class _Page:
    """Works a page out; the answers of the case are read once."""

    def __init__(self, case: Case, context: forms.Context, selection: forms.Selection, lang: str) -> None:
        self.context, self.selection, self.lang = context, selection, lang
        self.facts = CaseFacts(case)
        self.is_awaited = LatePrefill.objects.filter(case=case, until__gt=timezone.now()).exists()

    def of(self, fields: list[Field]) -> LookedUpPage:
        found: dict[tuple[str, str, str], tuple[Lookup, list[str]]] = {}
        for field in fields:
            for answer, is_blank in self._answers(field):
                _, labels = found.setdefault((answer.kind, answer.code, answer.digest), (answer, []))
                if is_blank or answer.outcome == Lookup.Outcome.FOUND:
                    labels.append(self._label(field))
        sources = [one for answer, labels in found.values() if labels and (one := self._source(answer, labels))]
        names = {field.id for field in fields}
        differing = (self._differing(one) for one in forms.differences(self.context, self.selection))
        return LookedUpPage(tuple(sources), tuple(one for one, field in differing if field in names), self.is_awaited)

    def _answers(self, field: Field) -> Iterator[tuple[Lookup, bool]]:
        """What the sources of a field said, and whether the field is still empty there."""
        group = self.context.spec.group_of(field.id)
        rows: Iterable[forms.Row | None] = [None]
        if group:
            rows = [forms.Row(group.id, n) for n in range(len(forms.rows_of(self.context.answers, group.id)))]
        for path in field.prefills:
            for row in rows:
                lookup = forms.lookup_for(self.context, path, row)
                answer = self.facts.answer(lookup) if lookup else None
                if answer is not None:
                    yield answer, forms.stored(self.context.answers, forms.Place(field.id, row)) in EMPTY

    def _source(self, answer: Lookup, labels: list[str]) -> LookedUp | None:
        known = self._known(answer.kind, answer.code)
        if known is None:
            return None
        state: State = "found" if answer.outcome == "found" else "empty" if answer.outcome == "empty" else "unavailable"
        if state == "unavailable" and self.is_awaited:
            state = "waiting"
        as_of = (answer.as_of or answer.asked_at) if state == "found" else None
        return LookedUp(
            answer.code, self._said(known), known.dept, state, tuple(dict.fromkeys(labels)), as_of, answer.reason
        )

    def _known(self, kind: str, code: str) -> Interface | LicenceKind | None:
        registry = self.context.registry
        return registry.licences.get(code) if kind == "licence" else registry.interfaces.get(code)

    def _differing(self, one: forms.Difference) -> tuple[Differing, str]:
        field = self.context.spec.field(one.field)
        kind, _, rest = one.source.partition(":")
        known = self._known(kind, rest.partition("@")[0])
        stated, held = self._shown(one.field, one.stated), self._shown(one.field, one.held)
        return Differing(one.path, self._label(field), stated, held, self._said(known) if known else ""), one.field

    def _shown(self, field_id: str, value: object) -> str:
        return forms.display(self.context.spec, self.context.registry, field_id, value, self.lang)

    def _label(self, field: Field) -> str:
        return field.en if self.lang == "en" and field.en else field.zh

    def _said(self, known: Any) -> str:
        return str(known.en if self.lang == "en" and known.en else known.zh)
