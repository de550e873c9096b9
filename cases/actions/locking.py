"""Lock order of the engine: the cases first, by their ids, then their sub-applications by sequence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, models

from cases import docket
from cases.models import (
    Attention,
    Case,
    Charge,
    Commitment,
    Consultation,
    DataDispute,
    Extension,
    HeldAnswer,
    Material,
    Need,
    OwedPaper,
    Pause,
    PlanVersion,
    PointsSheet,
    Result,
    Roster,
    SubApplication,
    Supplement,
)

# What most cases have nothing of; whether they do is asked for all of a docket at once.
RARE_OF_CASE: tuple[type[models.Model], ...] = (
    Attention, Charge, Commitment, DataDispute, Material, OwedPaper, PlanVersion, PointsSheet, Roster, Supplement,
)  # fmt: skip
RARE_OF_SUB: tuple[type[models.Model], ...] = (Consultation, Extension, HeldAnswer, Pause)


def lock_case(case_id: UUID) -> Case:
    """The case, locked until the transaction ends. Raises Case.DoesNotExist."""
    kept = _kept_case(case_id)
    return kept or Case.objects.select_for_update().get(pk=case_id)


def lock_subs(case: Case) -> list[SubApplication]:
    """All sub-applications of a locked case, in order, locked."""
    book = docket.current()
    kept = book.kept(SubApplication, case.pk) if book else None
    if kept is not None:
        return kept
    subs = list(SubApplication.objects.select_for_update().filter(case=case).order_by("seq"))
    for sub in subs:
        sub.case = case
    return subs


def lock_case_of(sub_id: UUID) -> tuple[Case, SubApplication]:
    """A sub-application with its case, both locked in order. Raises SubApplication.DoesNotExist."""
    case_id = SubApplication.objects.values_list("case_id", flat=True).get(pk=sub_id)
    case = lock_case(case_id)
    sub = SubApplication.objects.select_for_update().get(pk=sub_id)
    sub.case = case
    return case, sub


def lock_on(book: docket.Docket, case_ids: Iterable[UUID]) -> list[Case]:
    """Lock cases with all their items and keep them on an open docket, with what the engine reads of every case."""
    cases = list(
        Case.objects.select_for_update(of=("self",))
        .select_related("applicant")
        .filter(pk__in=set(case_ids))
        .order_by("pk")
    )
    by_id = {case.pk: case for case in cases}
    subs = list(SubApplication.objects.select_for_update().filter(case_id__in=by_id).order_by("case_id", "seq"))
    for sub in subs:
        sub.case = by_id[sub.case_id]
    case_of = {sub.pk: sub.case_id for sub in subs}
    for case in cases:
        book.keep(Case, case.pk, [case])
    _keep_by_case(book, SubApplication, by_id, [(sub.case_id, sub) for sub in subs])
    needs = Need.objects.filter(sub_id__in=case_of).order_by("id")
    _keep_by_case(book, Need, by_id, [(case_of[need.sub_id], need) for need in needs])
    results = Result.objects.filter(sub_id__in=case_of)
    _keep_by_case(book, Result, by_id, [(case_of[result.sub_id], result) for result in results])
    book.note_holders(_holders(list(by_id), case_of))
    return cases


def _kept_case(case_id: UUID) -> Case | None:
    book = docket.current()
    kept = book.kept(Case, case_id) if book else None
    return kept[0] if kept else None


def _keep_by_case(
    book: docket.Docket, model: type[models.Model], cases: Iterable[UUID], rows: Sequence[tuple[UUID, models.Model]]
) -> None:
    found: dict[UUID, list[models.Model]] = defaultdict(list)
    for case_id, row in rows:
        found[case_id].append(row)
    for case_id in cases:
        book.keep(model, case_id, found[case_id])


def _holders(cases: list[UUID], case_of: dict[UUID, UUID]) -> dict[str, set[UUID]]:
    """Which of the cases have rows in the tables that most cases have nothing in; one statement."""
    holders: dict[str, set[UUID]] = {model._meta.db_table: set() for model in (*RARE_OF_CASE, *RARE_OF_SUB)}
    with connection.cursor() as cursor:
        cursor.execute(_WHO_HOLDS, {"cases": [str(pk) for pk in cases], "subs": [str(pk) for pk in case_of]})
        for table, key in cursor.fetchall():
            holders[table].add(case_of.get(key, key))
    return holders


def _asking(model: type[models.Model], column: str, keys: str) -> str:
    table = model._meta.db_table
    return f"SELECT '{table}', {column} FROM {table} WHERE {column} = ANY(%({keys})s::uuid[])"


_WHO_HOLDS = " UNION ".join(
    [
        *(_asking(model, "case_id", "cases") for model in RARE_OF_CASE),
        *(_asking(model, "sub_id", "subs") for model in RARE_OF_SUB),
    ]
)
