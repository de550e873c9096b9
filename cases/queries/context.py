"""What a case is judged in: its definition, its answers, what registers said, what its items have yielded."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.utils import timezone

from bundles import forms, queries
from bundles.forms import Row
from bundles.rules import UNKNOWN
from bundles.spec import Section
from cases import docket
from cases.models import Case, Charge, Lookup, PointsScore, Result, SubApplication
from cases.protection import blind_index
from cases.queries.paid import CasePaid
from cases.queries.trust import best_first, permits
from cases.queries.upstream import results_in_force, subs_by_id

RECORDS = "records"
# Contexts by docket and case, with what they were made of.
_of_dockets: WeakKeyDictionary[docket.Docket, dict[UUID, tuple[tuple[object, ...], forms.Context]]]
_of_dockets = WeakKeyDictionary()


def digest_of(lookup: forms.Lookup) -> str:
    """Stands for the inputs of a question: equal for equal questions, says nothing about the person."""
    return blind_index(json.dumps(sorted(lookup.inputs), ensure_ascii=False, separators=(",", ":")))


class CaseFacts:
    """What registers and the licence library said for a case. Empty is None, unavailable or not asked is UNKNOWN."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._answers: dict[tuple[str, str, str], Lookup] | None = None

    def get(self, lookup: forms.Lookup, field: str) -> object:
        """A field of the first record, the most trusted in front; `records` gives all of them."""
        answer = self.answer(lookup)
        if answer is None or answer.outcome == Lookup.Outcome.UNAVAILABLE:
            return UNKNOWN
        records = best_first(answer.records or ())
        faces = [face_of(record) for record in records if permits(record).decides]
        if records and not faces:
            return UNKNOWN  # what nobody has checked decides nothing and locks no field
        if field == RECORDS:
            return tuple(faces)
        return faces[0].get(field) if faces else None

    def answer(self, lookup: forms.Lookup) -> Lookup | None:
        """The row that answers a question, whatever its outcome; None where it was not asked."""
        if self._answers is None:
            rows = Lookup.objects.filter(case=self._case) if self._case.pk else ()
            self._answers = {(row.kind, row.code, row.digest): row for row in rows}
        return self._answers.get((lookup.kind, lookup.code, digest_of(lookup)))


def face_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a record: of a licence those on its face, of a register's answer all of them."""
    data = record.get("data")
    return data if isinstance(data, Mapping) else record


class CaseResults:
    """Results of a case as forms and rules ask for them: by item and field, for the row where there is one."""

    def __init__(self, case: Case) -> None:
        self._fields: dict[tuple[str, int | None], dict[str, Any]] = defaultdict(dict)
        results = results_in_force(case.pk)
        subs = subs_by_id(case) if results else {}
        for result in results:
            sub = subs[result.sub_id]
            self._fields[(sub.item_id, sub.row_index)].update(result.fields)

    def get(self, item: str, field: str, row: Row | None) -> object:
        """A result field; UNKNOWN where the item has no result yet or several rows would answer."""
        if row is not None and (item, row.index) in self._fields:
            return self._fields[(item, row.index)].get(field, UNKNOWN)
        rows = [fields for (of_item, _), fields in self._fields.items() if of_item == item]
        return rows[0].get(field, UNKNOWN) if len(rows) == 1 else UNKNOWN


def context_of(
    case: Case, *, now: datetime | None = None, results: forms.Results | None = None, facts: forms.Facts | None = None
) -> forms.Context:
    """The frame in which the forms and rules of a case are judged, by the version the case is bound to.

    Where a docket keeps the case it is one and the same until something that it tells has changed.
    """
    book = docket.current()
    told = _told(book, case) if book is not None and now is None and results is None and facts is None else None
    if book is None or told is None:
        return _context_of(case, now, results, facts)
    contexts = _of_dockets.setdefault(book, {})
    if case.pk not in contexts or contexts[case.pk][0] != told:
        contexts[case.pk] = (told, _context_of(case, None, None, None))
    return contexts[case.pk][1]


def _told(book: docket.Docket, case: Case) -> tuple[object, ...] | None:
    """What a context is made of, as far as it may change on a docket; None where the docket does not know all of it."""
    results = book.kept(Result, case.pk)
    is_known = book.keeps(case) and results is not None and book.has_none(Charge, case.pk)
    if not is_known or queries.version(case.bundle_version_id).spec.points is not None:
        return None
    in_force = [one.pk for one in results or () if one.revoked_at is None and one.replaced_at is None]
    return case.answers, case.number, case.submitted_at, case.channel, in_force


def _context_of(
    case: Case, now: datetime | None, results: forms.Results | None, facts: forms.Facts | None
) -> forms.Context:
    identity = case.applicant.identity
    return forms.Context(
        spec=queries.version(case.bundle_version_id).spec,
        registry=queries.registry(),
        answers=case.answers or {},
        now=timezone.localtime(now),
        channel=case.channel,
        by_agent=bool((case.answers or {}).get("by_agent")),
        account={"kind": identity.kind, **identity.attributes, **_operator(case)},
        facts=facts or CaseFacts(case),
        results=results or _results_so_far(case),
        paid=CasePaid(case),
        case_no=case.number or "",
        scored=_scored(case),
    )


def _operator(case: Case) -> Mapping[str, str]:
    """Of a body's case begun by an agent: who that is, in the place of the person the body's account names."""
    agent = (case.answers or {}).get("agent") if case.applicant_kind == "org" else None
    if not agent:
        return {}
    names = {"name": "operator_name", "id_no": "operator_id", "phone": "operator_phone"}
    return {key: agent[key] for key in names} | {names[key]: agent[key] for key in names}


def _scored(case: Case) -> Mapping[str, Decimal] | None:
    """What people found for rules of the points table; None before filing and where there is no table."""
    if case.submitted_at is None or queries.version(case.bundle_version_id).spec.points is None:
        return None
    return dict(PointsScore.objects.filter(case=case).order_by("scored_at", "id").values_list("rule", "points"))


@dataclass(frozen=True, slots=True)
class Frame:
    """What may be filled in now: everything of a draft; of a filed case what only its put-off items need (分段办)."""

    context: forms.Context
    selection: forms.Selection
    filed: frozenset[str] = frozenset()

    def is_open_slot(self, slot: forms.Slot) -> bool:
        """Whether no item that is already with a department needs this paper."""
        return self.filed.isdisjoint(slot.items)


def frame_of(case: Case) -> Frame:
    """The frame of a case; one that is filed and has put nothing off has nothing open."""
    context = context_of(case)
    if case.submitted_at is None:
        return Frame(context, forms.select(context))
    filed = frozenset(SubApplication.objects.filter(case=case).values_list("item_id", flat=True))
    context = replace(context, answers={**context.answers, "later": []})
    chosen = forms.select(context)
    fields = {field for field in chosen.fields if filed.isdisjoint(context.spec.items_of_field(field))}
    sections = tuple(s for s in chosen.sections if _asks(context.spec.section(s), fields))
    return Frame(context, replace(chosen, fields=frozenset(fields), sections=sections), filed)


def _asks(section: Section, fields: set[str]) -> bool:
    return any(field.id in fields and not field.system for field in section.fields)


def _results_so_far(case: Case) -> forms.Results:
    """A case that was never filed has none, and no query is spent on finding that out."""
    return CaseResults(case) if case.submitted_at else forms.NO_RESULTS
