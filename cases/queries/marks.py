"""Whether anything has happened to a case: one small query for all that somebody looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from uuid import UUID

from cases.models import Case

AT_ONCE = 2000


def marks_of(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """A mark a case, which changes with its history and its answers; by primary key, no row of them is built."""
    found: dict[UUID, str] = {}
    for some in _batches(case_ids):
        rows = Case.objects.filter(pk__in=some).order_by().values_list("pk", "last_seq", "version")
        found.update({pk: f"{last_seq}-{version}" for pk, last_seq, version in rows})
    return found


def _batches(case_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    left = iter(case_ids)
    while some := list(islice(left, AT_ONCE)):
        yield some
