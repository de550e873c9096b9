"""My documents (我的材料): what a person handed in before, each file once, and who has looked at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from bundles import queries
from bundles.spec import Duration
from cases.clock import add_months
from cases.models import AccessRecord, Case, Material
from cases.queries.people import Person, own_cases
from cases.queries.slots import FileView, SlotView, file_view
from cases.queries.sorting import same_kind
from cases.states import CaseState

MOST, MOST_OFFERED = 120, 4
A_PAGE, LAST_PAGE = 24, 50
UNFILED = frozenset({CaseState.DRAFT, CaseState.AWAITING_PARTIES})


@dataclass(frozen=True, slots=True)
class PaperView:
    """A file and where it was handed in last. `cases`: in how many; `is_filed`: kept with its case.

    `since`: when the same file was handed in for the first time.
    """

    file: FileView
    label: str
    label_en: str
    bundle: str
    bundle_en: str
    case_id: UUID
    number: str
    is_filed: bool
    cases: int = 1
    since: datetime | None = None

    @property
    def handed_in_at(self) -> datetime:
        return self.file.created_at


@dataclass(frozen=True, slots=True)
class PapersPage:
    """A page of files, the newest first."""

    papers: tuple[PaperView, ...]
    number: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at a paper: the department, why, when."""

    at: datetime
    kind: str
    department: str
    purpose: str


def papers_of(account: Person, most: int = MOST) -> tuple[PaperView, ...]:
    """The newest first, the same file once; one query."""
    rows = list(_own(account).order_by("-created_at")[:most])
    counts = Counter(row.sha256 for row in rows)
    newest: dict[str, Material] = {}
    for row in rows:
        newest.setdefault(row.sha256, row)
    first = {row.sha256: row.created_at for row in rows}
    return tuple(_view(row, counts[row.sha256], first[row.sha256]) for row in newest.values())


def papers_page(account: Person, number: int = 1) -> PapersPage:
    """The same a page at a time; two queries, which read no more than is shown."""
    number = min(number, LAST_PAGE)
    counted = _own(account).order_by().values("sha256")
    counted = counted.annotate(last=Max("created_at"), first=Min("created_at"), count=Count("pk"))
    groups = list(counted.order_by("-last", "sha256")[(number - 1) * A_PAGE : number * A_PAGE + 1])
    shown = {one["sha256"]: one for one in groups[:A_PAGE]}
    newest = _own(account).filter(sha256__in=shown).order_by("sha256", "-created_at").distinct("sha256")
    views = {row.sha256: _view(row, shown[row.sha256]["count"], shown[row.sha256]["first"]) for row in newest}
    return PapersPage(tuple(views[sha] for sha in shown), number, len(groups) > A_PAGE and number < LAST_PAGE)


def paper_of(account: Person, material_id: UUID) -> PaperView | None:
    row = _own(account).filter(pk=material_id).first()
    return _view(row, _own(account).filter(sha256=row.sha256).count()) if row else None


def looks_at(account: Person, paper: PaperView) -> tuple[Look, ...]:
    """Who of staff opened it, newest first. 个人信息保护法 第四十四条."""
    row = _own(account).get(pk=paper.file.id)
    known = (row.material_id, f"material:{row.slot}")
    records = AccessRecord.objects.filter(case_id=row.case_id, what__in=known, at__gte=row.created_at)
    return tuple(Look(one.at, one.actor_kind, one.department, one.purpose) for one in records.order_by("-at"))


def last_good_day(paper: PaperView, max_age: Duration) -> date:
    """Until when a paper handed in before is new enough: it was made by the day of the first time."""
    made_by, count = timezone.localdate(paper.since or paper.handed_in_at), int(max_age.n)
    if max_age.unit == "day":
        return made_by + timedelta(days=count)
    return add_months(made_by, count * (12 if max_age.unit == "year" else 1))


def offered(case: Case, slots: Sequence[SlotView], papers: Sequence[PaperView]) -> dict[str, list[PaperView]]:
    """For each slot the earlier files of the same kind of paper, from other cases."""
    known = {file.sha256 for slot in slots for file in slot.files}
    others = [one for one in papers if one.case_id != case.pk and one.file.sha256 not in known]
    fitting = {slot.slot: [one for one in others if same_kind(one.label, slot.label)] for slot in slots}
    return {slot: found[:MOST_OFFERED] for slot, found in fitting.items() if found}


def went_before(account: Person, hashes: Sequence[str]) -> dict[str, str]:
    """What the paper was called that a file with this content was handed in as, in whichever own case; one query."""
    rows = _own(account).filter(sha256__in=hashes).order_by("created_at") if hashes else ()
    return {row.sha256: _view(row, 1).label for row in rows}


def _own(account: Person) -> QuerySet[Material]:
    uploads = Material.objects.filter(source=Material.Source.UPLOAD, put_away_at=None).exclude(material_id="")
    return uploads.filter(case__in=own_cases(account)).select_related("case")


def _view(row: Material, count: int, since: datetime | None = None) -> PaperView:
    spec = queries.version(row.case.bundle_version_id).spec
    paper = next((one for one in spec.materials if one.id == row.material_id), None)
    return PaperView(
        file=file_view(row),
        label=paper.zh if paper else "",
        label_en=paper.en if paper else "",
        bundle=spec.zh,
        bundle_en=spec.en,
        case_id=row.case_id,
        number=row.case.number or "",
        is_filed=row.case.state not in UNFILED,
        cases=count,
        since=since,
    )
