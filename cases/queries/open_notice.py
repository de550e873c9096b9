"""The notice the applicant has to answer, as its page shows it: lines, not the points of single departments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from cases.models import Case, Supplement
from cases.queries.lines import Asking, Line, lines_of
from cases.states import CaseState


@dataclass(frozen=True, slots=True)
class Point:
    """A numbered line of the open notice; `about` is the field or material it opens."""

    number: int
    about: str
    title: str
    texts: tuple[str, ...]
    asking: tuple[Asking, ...]
    items: tuple[str, ...]
    kind: str

    @property
    def text(self) -> str:
        return "；".join(self.texts)

    @property
    def item(self) -> str:
        return self.items[0]

    @property
    def dept_code(self) -> str:
        return self.asking[0].code

    @property
    def dept_short(self) -> str:
        return "、".join(one.short for one in self.asking)


@dataclass(frozen=True, slots=True)
class Notice:
    """The open supplement notice: one for all departments. `document_id`: the same in writing."""

    round: int
    due_on: date
    points: tuple[Point, ...]
    can_be_extended: bool
    document_id: UUID | None


def notice_of(case: Case, spec: BundleSpec, registry: Registry, lang: str) -> Notice | None:
    """None while nothing waits for the applicant, or requests are still being collected."""
    if case.state != CaseState.AWAITING_APPLICANT:
        return None
    found = Supplement.objects.filter(case=case, state=Supplement.State.OPEN).prefetch_related("points__sub").first()
    if found is None or found.due_on is None:
        return None
    waiting = [point for point in found.points.all() if point.dropped_at is None]
    points = tuple(_point(line) for line in lines_of(spec, registry, waiting, lang))
    return Notice(found.round, found.due_on, points, found.extended_at is None, found.document_id)


def _point(line: Line) -> Point:
    return Point(line.number, line.about, line.title, line.texts, line.asking, line.items, line.kind)
