"""Lock order of the engine: the cases first, by their ids, then their sub-applications by sequence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import models

from cases import docket
from cases.actions.engine.shelf import Folder, Shelf
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
    OriginalCheck,
    OwedPaper,
    Pause,
    PlanVersion,
    PointsSheet,
    Result,
    Roster,
    SubApplication,
    Supplement,
)
from cases.prepared import Prepared
from cases.statements import built, columns, holding_any

OfItem = TypeVar("OfItem", Need, Result)

# What most cases have nothing of; whether they do is asked for all of a docket at once.
RARE_OF_CASE: tuple[type[models.Model], ...] = (
    Attention, Charge, Commitment, DataDispute, Material, OriginalCheck, OwedPaper, PlanVersion, PointsSheet,
    Roster, Supplement,
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


def lock_on(book: docket.Docket, case_ids: Iterable[UUID], shelf: Shelf | None = None) -> list[Case]:
    """Lock cases with all their items and keep them on an open docket, with what the engine reads of every case.

    What stands on the shelf as it was left is taken from there.
    """
    wanted = sorted(set(case_ids))
    folders = _from_shelf(shelf, dict(_lock_cases()(wanted))) if shelf else {}
    folders |= _read([case_id for case_id in wanted if case_id not in folders])
    for case_id, folder in folders.items():
        book.keep(Case, case_id, [folder.case])
        book.keep(SubApplication, case_id, folder.subs)
        book.keep(Need, case_id, folder.needs)
        book.keep(Result, case_id, folder.results)
        book.note_stamps(folder.stamps)
    book.note_holders(_holders(folders))
    return [folders[case_id].case for case_id in wanted if case_id in folders]


def _from_shelf(shelf: Shelf, stamps: Mapping[UUID, str]) -> dict[UUID, Folder]:
    """The folders whose items nobody has written either; the items are locked."""
    folders = shelf.take(stamps)
    if not folders:
        return {}
    items: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for case_id, sub_id, stamp in _lock_items()(list(folders)):
        items[case_id][sub_id] = stamp
    return {
        case_id: folder
        for case_id, folder in folders.items()
        if items[case_id] == {sub.pk: folder.stamps[sub.pk] for sub in folder.subs}
    }


def _read(case_ids: list[UUID]) -> dict[UUID, Folder]:
    """Folders read from the database; the cases and their items are locked."""
    if not case_ids:
        return {}
    stamps: dict[UUID, dict[UUID, str]] = {}
    cases: dict[UUID, Case] = {}
    people = len(get_user_model()._meta.concrete_fields)
    for stamp, *row in _reading_cases()(case_ids):
        (case,), (case.applicant,) = built(Case, [row[people:]]), built(get_user_model(), [row[:people]])
        cases[case.pk], stamps[case.pk] = case, {case.pk: stamp}
    subs: dict[UUID, list[SubApplication]] = defaultdict(list)
    case_of: dict[UUID, UUID] = {}
    filed = [pk for pk, case in cases.items() if case.submitted_at is not None]  # no other has items
    for stamp, *row in _reading_items()(filed) if filed else ():
        (sub,) = built(SubApplication, [row])
        sub.case = cases[sub.case_id]
        subs[sub.case_id].append(sub)
        case_of[sub.pk], stamps[sub.case_id][sub.pk] = sub.case_id, stamp
    needs = _by_case(case_of, built(Need, _reading_needs()(list(case_of)) if case_of else ()))
    results = _by_case(case_of, built(Result, _reading_results()(list(case_of)) if case_of else ()))
    return {pk: Folder(case, subs[pk], needs[pk], results[pk], stamps[pk]) for pk, case in cases.items()}


def _by_case(case_of: Mapping[UUID, UUID], rows: Iterable[OfItem]) -> dict[UUID, list[OfItem]]:
    found: dict[UUID, list[OfItem]] = defaultdict(list)
    for row in rows:
        found[case_of[row.sub_id]].append(row)
    return found


def _kept_case(case_id: UUID) -> Case | None:
    book = docket.current()
    kept = book.kept(Case, case_id) if book else None
    return kept[0] if kept else None


def _holders(folders: Mapping[UUID, Folder]) -> dict[str, set[UUID]]:
    """Which of the cases have rows in the tables that most cases have nothing in; one statement."""
    holders: dict[str, set[UUID]] = {model._meta.db_table: set() for model in (*RARE_OF_CASE, *RARE_OF_SUB)}
    case_of = {sub.pk: case_id for case_id, folder in folders.items() for sub in folder.subs}
    for table, key in _who_holds()(list(folders), list(case_of)):
        holders[table].add(case_of.get(key, key))
    return holders


# ---- the statements


@cache
def _lock_cases() -> Prepared:
    return Prepared("SELECT id, xmin::text FROM cases_case WHERE id = ANY($1) ORDER BY id FOR UPDATE", "uuid[]")


@cache
def _lock_items() -> Prepared:
    text = "SELECT case_id, id, xmin::text FROM cases_subapplication WHERE case_id = ANY($1)"
    return Prepared(f"{text} ORDER BY case_id, seq FOR UPDATE", "uuid[]")


@cache
def _reading_cases() -> Prepared:
    person = get_user_model()
    text = f"SELECT c.xmin::text, {columns(person, 'a')}, {columns(Case, 'c')} FROM cases_case c"
    joined = f"JOIN {person._meta.db_table} a ON a.{person._meta.pk.column} = c.applicant_id"
    return Prepared(f"{text} {joined} WHERE c.id = ANY($1) ORDER BY c.id FOR UPDATE OF c", "uuid[]")


@cache
def _reading_items() -> Prepared:
    text = f"SELECT s.xmin::text, {columns(SubApplication, 's')} FROM cases_subapplication s"
    return Prepared(f"{text} WHERE s.case_id = ANY($1) ORDER BY s.case_id, s.seq FOR UPDATE", "uuid[]")


@cache
def _reading_needs() -> Prepared:
    return Prepared(f"SELECT {columns(Need, 'n')} FROM cases_need n WHERE sub_id = ANY($1) ORDER BY id", "uuid[]")


@cache
def _reading_results() -> Prepared:
    text = f"SELECT {columns(Result, 'r')} FROM cases_result r WHERE sub_id = ANY($1)"
    return Prepared(f"{text} ORDER BY issued_at, result_id, version", "uuid[]")


@cache
def _who_holds() -> Prepared:
    of_case = {model._meta.db_table: "case_id" for model in RARE_OF_CASE}
    return holding_any(of_case | {model._meta.db_table: "sub_id" for model in RARE_OF_SUB})
