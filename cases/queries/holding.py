"""The wallet in pages: how many of each kind somebody holds, and the few of them that one page shows.

Licences and results that are no licence lie on four shelves: one's own, those of children one speaks for, those that
own cases yielded for others, and other results. Everything is counted, and only what is shown is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Model, Q, QuerySet
from django.utils import timezone

from bundles import queries
from cases.models import Licence, Result
from cases.queries.charges import marked_withheld
from cases.queries.licences import (
    CHILD,
    ISSUED,
    OWN,
    LicenceCard,
    card,
    children_of,
    kind_title,
    role_of,
    withheld_among,
)
from cases.queries.people import Person, indexes_of
from cases.queries.results import ResultView, result_title, result_view

Row = TypeVar("Row", bound=Model)
OTHER = "other"
SHELVES = (OWN, CHILD, ISSUED, OTHER)


@dataclass(frozen=True, slots=True)
class HeldKind:
    """So many of one kind on one shelf. `code`: of the licence, or of the result in its version of a bundle."""

    shelf: str
    code: str
    version_id: UUID | None
    title: str
    title_zh: str
    dept_code: str
    is_in_force: bool
    count: int


@dataclass(frozen=True, slots=True)
class Held:
    """What one page shows: licences, then results that are none, each with its case."""

    licences: tuple[LicenceCard, ...]
    results: tuple[tuple[UUID, ResultView], ...]


class Holding:
    """What one person holds or speaks for, and what own cases yielded."""

    def __init__(self, account: Person, lang: str = "zh") -> None:
        self._account, self._lang = account, lang
        self._own, self._children = indexes_of(account), children_of(account)

    def kinds(self) -> tuple[HeldKind, ...]:
        """Everything by kind, shelf after shelf; four queries however much there is."""
        licences = (kind for shelf in (OWN, CHILD, ISSUED) for kind in self._kinds_of_licences(shelf))
        return (*licences, *self._kinds_of_results())

    def page(self, kinds: Sequence[HeldKind], offset: int, limit: int) -> Held:
        """So many of these kinds from a place on: shelf after shelf, the newest in front."""
        licences: list[Licence] = []
        results: list[Result] = []
        for shelf in SHELVES:
            mine = [one for one in kinds if one.shelf == shelf]
            total = sum(one.count for one in mine)
            begins, ends = max(offset, 0), min(offset + limit, total)
            if begins < ends and shelf == OTHER:
                results = list(_with_case(self._results().filter(_these_results(mine)), "sub__case")[begins:ends])
            elif begins < ends:
                rows = _with_case(self._licences(shelf).filter(_these_licences(mine)), "result__sub__case")
                licences += rows[begins:ends]
            offset -= total
        return Held(self._cards(licences), tuple(self._view(row) for row in results))

    def _licences(self, shelf: str) -> QuerySet[Licence]:
        """Those of a shelf, each on one only; the last are found by the cases they came out of, not by their holder."""
        rows = Licence.objects.annotate(good=_said(_in_force())).order_by("-issued_at", "pk")
        if shelf == OWN:
            return rows.filter(holder_index__in=self._own)
        if shelf == CHILD:
            return rows.filter(holder_index__in=self._children - self._own)
        yielded = rows.filter(result__sub__case__applicant_id=self._account.pk)
        return yielded.exclude(holder_index__in=self._own | self._children)

    def _results(self) -> QuerySet[Result]:
        """Results of own cases that are no licence, each in its newest version."""
        mine = Result.objects.filter(sub__case__applicant_id=self._account.pk, replaced_at=None, licence=None)
        return marked_withheld(mine).annotate(good=_said(_VALID)).order_by("-issued_at", "pk")

    def _kinds_of_licences(self, shelf: str) -> Iterator[HeldKind]:
        mine: Any = self._licences(shelf).order_by()  # what is annotated elsewhere the types do not know
        for code, dept, good, count in mine.values_list("code", "department", "good").annotate(count=Count("pk")):
            yield HeldKind(shelf, code, None, kind_title(code, self._lang), kind_title(code), dept, bool(good), count)

    def _kinds_of_results(self) -> Iterator[HeldKind]:
        mine: Any = self._results().order_by()
        columns = ("sub__case__bundle_version_id", "result_id", "sub__department", "good")
        for version_id, code, dept, good, count in mine.values_list(*columns).annotate(count=Count("pk")):
            spec = queries.version(version_id).spec
            title, zh = result_title(spec, code, self._lang), result_title(spec, code)
            yield HeldKind(OTHER, code, version_id, title, zh, dept, bool(good), count)

    def _cards(self, rows: Sequence[Licence]) -> tuple[LicenceCard, ...]:
        if not rows:
            return ()
        withheld = withheld_among(rows)
        return tuple(card(row, role_of(self._account, row, self._children), withheld, self._lang) for row in rows)

    def _view(self, row: Result) -> tuple[UUID, ResultView]:
        spec = queries.version(row.sub.case.bundle_version_id).spec
        is_withheld = bool(getattr(row, "is_withheld", False))
        return row.sub.case_id, result_view(row, spec, queries.registry(), self._lang, is_withheld=is_withheld)


_VALID = Q(revoked_at=None, superseded_at=None)


def _in_force() -> Q:
    """Past its last day a licence has expired, whether a round has written that down yet or not."""
    return Q(state=Licence.State.IN_FORCE) & (Q(valid_to=None) | Q(valid_to__gte=timezone.localdate()))


def _said(condition: Q) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _these_licences(kinds: Sequence[HeldKind]) -> Q:
    found = Q(pk__in=[])
    for (dept, good), codes in _grouped((one.dept_code, one.is_in_force, one.code) for one in kinds).items():
        found |= Q(department=dept, good=good, code__in=codes)
    return found


def _these_results(kinds: Sequence[HeldKind]) -> Q:
    found = Q(pk__in=[])
    for (version, good), codes in _grouped((one.version_id, one.is_in_force, one.code) for one in kinds).items():
        found |= Q(sub__case__bundle_version_id=version, good=good, result_id__in=codes)
    return found


def _grouped(found: Iterable[tuple[Any, bool, str]]) -> Mapping[tuple[Any, bool], list[str]]:
    groups: dict[tuple[Any, bool], list[str]] = {}
    for of, good, code in found:
        groups.setdefault((of, good), []).append(code)
    return groups


def _with_case(rows: QuerySet[Row], path: str) -> QuerySet[Row]:
    """With the case each came out of, but for what was answered there."""
    return rows.select_related(path).defer(f"{path}__answers")
