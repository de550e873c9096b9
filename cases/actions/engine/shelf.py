"""Cases as this process left them a moment ago, so that the next answer to one need not read all of it again.

A case is taken from the shelf only under its lock, and only where nobody has written the case or one of its items
since: PostgreSQL says which transaction wrote each row last. Whatever else is read of a case changes with an event
in its history, and so with the row of the case itself.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from cases.docket import Docket
from cases.models import Case, Need, Result, SubApplication
from cases.states import CASE_FINAL

KEEPS_S = 10.0
KEEPS_MANY = 500


@dataclass(frozen=True, slots=True)
class Folder:
    """A case with its items, edges and results, and which transaction wrote the case and each item last."""

    case: Case
    subs: list[SubApplication]
    needs: list[Need]
    results: list[Result]
    stamps: Mapping[Any, str]


class Shelf:
    """Folders by case, for as long as their people and registers may be taken as read."""

    def __init__(self) -> None:
        self._folders: OrderedDict[UUID, tuple[float, Folder]] = OrderedDict()

    def take(self, stamps: Mapping[UUID, str]) -> dict[UUID, Folder]:
        """Take down the folders of cases whose own rows are as they were; the caller looks at the items."""
        oldest = monotonic() - KEEPS_S
        taken = {case_id: self._folders.pop(case_id) for case_id in stamps if case_id in self._folders}
        return {
            case_id: folder
            for case_id, (at, folder) in taken.items()
            if at > oldest and folder.stamps[case_id] == stamps[case_id]
        }

    def put(self, book: Docket, cases: Iterable[Case]) -> None:
        """Keep cases of a docket that has been written, as far as it knows all of their rows."""
        for case in cases:
            folder = _folder(book, case)
            if folder is not None and case.state not in CASE_FINAL:
                self._folders[case.pk] = (monotonic(), folder)
        while len(self._folders) > KEEPS_MANY:
            self._folders.popitem(last=False)


def _folder(book: Docket, case: Case) -> Folder | None:
    subs, needs = book.kept(SubApplication, case.pk), book.kept(Need, case.pk)
    results = book.kept(Result, case.pk)
    if subs is None or needs is None or results is None:
        return None
    stamps = {row.pk: book.stamp_of(row) for row in (case, *subs)}
    known = {key: stamp for key, stamp in stamps.items() if stamp is not None}
    return Folder(case, subs, needs, results, known) if len(known) == len(stamps) else None
