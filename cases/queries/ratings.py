"""Ratings as they stand: for the person who may still rate, for the department that owes a call-back, in figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Avg, Count, F, Q
from django.utils import timezone

from bundles import queries
from cases.models import Case, Rating, RatingInvite, RatingRepair, SubApplication
from cases.queries.people import StaffPerson
from cases.queries.rating_reasons import tag_words
from cases.queries.together import items_of
from cases.queries.wording import department_short, named
from cases.queries.worklist import masked_name
from cases.states import SUB_DECIDED, CaseState

MOST = 200
ONE_DAY = timedelta(days=1)
STAFF, SUPERVISOR, OPERATOR = "staff", "supervisor", "administrator"
State = RatingRepair.State


@dataclass(frozen=True, slots=True)
class RatingView:
    """A rating that was given, with what became of it. `second`: the level after the call-back, 0 for none."""

    id: UUID
    level: int
    word: str
    tags: tuple[str, ...]
    text: str
    is_anonymous: bool
    rated_at: datetime
    added: str
    added_at: datetime | None
    is_bad: bool
    due_on: date | None
    answer: str
    finding: str
    answered_at: datetime | None
    may_rate_again: bool
    second: int
    second_word: str


@dataclass(frozen=True, slots=True)
class Ratable:
    """Something that may be rated: one decided item, or with `sub_id` None the whole case."""

    sub_id: UUID | None
    title: str
    dept_code: str
    dept_short: str
    given: RatingView | None


@dataclass(frozen=True, slots=True)
class CaseRatings:
    """`overall` is None until the case is concluded."""

    overall: Ratable | None
    items: tuple[Ratable, ...]

    @property
    def is_empty(self) -> bool:
        return self.overall is None and not self.items


def ratings_of(case: Case) -> CaseRatings:
    """What the applicant may rate and has rated; two queries, one where nothing is decided."""
    subs = [sub for sub in items_of(case) if sub.state in SUB_DECIDED]
    if not subs and case.state != CaseState.CONCLUDED:
        return CaseRatings(None, ())
    rows = Rating.objects.filter(case=case).select_related("repair")
    given = {row.sub_id: rating_view(row) for row in rows}
    spec = queries.version(case.bundle_version_id).spec
    whole = Ratable(None, named(spec), spec.lead, department_short(spec.lead), given.get(None))
    items = tuple(_item(sub, named(spec.item(sub.item_id)), given.get(sub.pk)) for sub in subs)
    return CaseRatings(whole if case.state == CaseState.CONCLUDED else None, items)


def _item(sub: SubApplication, title: str, given: RatingView | None) -> Ratable:
    full = f"{title}（{sub.instance_label}）" if sub.instance_label else title
    return Ratable(sub.pk, full, sub.department, department_short(sub.department), given)


def rating_view(row: Rating) -> RatingView:
    """A rating in words; `select_related("repair")` saves a query."""
    repair: RatingRepair | None = getattr(row, "repair", None)
    is_answered = repair is not None and repair.state == State.ANSWERED
    second = (repair.second_level or 0) if repair else 0
    return RatingView(
        id=row.pk,
        level=row.level,
        word=str(Rating.Level(row.level).label),
        tags=tag_words(row.tags),
        text=row.text or "",
        is_anonymous=row.is_anonymous,
        rated_at=row.rated_at,
        added=row.added or "",
        added_at=row.added_at,
        is_bad=row.is_bad,
        due_on=repair.due_on if repair else None,
        answer=(repair.answer or "") if repair and is_answered else "",
        finding=str(RatingRepair.Finding(repair.finding).label) if repair and is_answered else "",
        answered_at=repair.answered_at if repair else None,
        may_rate_again=is_answered and not second,
        second=second,
        second_word=str(Rating.Level(second).label) if second else "",
    )


def rating_for(case: Case, rating_id: UUID) -> Rating | None:
    """A rating of a case that the caller may change; None for one of another case."""
    return Rating.objects.filter(pk=rating_id, case=case).first()


def case_behind(digest: str) -> Case | None:
    """The case whose invitation has this secret, while its link lasts."""
    found = RatingInvite.objects.filter(digest=digest, expires_at__gt=timezone.now())
    invite = found.select_related("case__applicant").first()
    return invite.case if invite else None


# ---- at the desk ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RepairView:
    """A bad rating to call back about. Of an anonymous one: no number, no name, no phone."""

    id: UUID
    case_id: UUID | None
    number: str
    applicant: str
    phone: str
    dept_short: str
    title: str
    rating: RatingView
    due_on: date
    is_late: bool
    state: str
    state_label: str
    said: str


def repairs_for(account: StaffPerson, repair_id: UUID | None = None) -> tuple[RepairView, ...]:
    """Bad ratings that wait: for staff those of the department, for supervision all, what is due first."""
    rows = RatingRepair.objects.exclude(state=State.ANSWERED)
    if account.role == STAFF and account.department:
        rows = rows.filter(department=account.department)
    elif account.role not in (SUPERVISOR, OPERATOR):
        return ()
    if repair_id is not None:
        rows = rows.filter(pk=repair_id)
    read = rows.select_related("rating__sub", "rating__case__applicant", "rating__repair").order_by("due_on")
    return tuple(_repair(row) for row in read[:MOST])


def _repair(row: RatingRepair) -> RepairView:
    rating, case = row.rating, row.rating.case
    spec = queries.version(case.bundle_version_id).spec
    attributes = {} if rating.is_anonymous else case.applicant.identity.attributes
    return RepairView(
        id=row.pk,
        case_id=None if rating.is_anonymous else case.pk,
        number="" if rating.is_anonymous else case.number or "",
        applicant="" if rating.is_anonymous else masked_name(case.applicant_name),
        phone=attributes.get("operator_phone") or attributes.get("phone") or "",
        dept_short=department_short(row.department),
        title=named(spec.item(rating.sub.item_id)) if rating.sub else named(spec),
        rating=rating_view(rating),
        due_on=row.due_on,
        is_late=row.due_on < timezone.localdate(),
        state=row.state,
        state_label=str(State(row.state).label),
        said=row.answer or "",
    )


def finding_choices() -> tuple[tuple[str, str], ...]:
    """What a call-back may come to, as (code, words)."""
    return tuple((one.value, str(one.label)) for one in RatingRepair.Finding)


def way_choices() -> tuple[tuple[str, str], ...]:
    """How the person was reached, as (code, words)."""
    return tuple((one.value, str(one.label)) for one in RatingRepair.Way)


# ---- in figures ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RatingFigures:
    """Ratings of a department (or of a bundle) in a period. `repaired` of `bad` were called back, `late` after the day.

    `satisfied`: percent of counting ratings from 基本满意 up, None without any; `again`: mean of the second ratings.
    """

    code: str
    name: str
    total: int
    levels: Mapping[int, int]
    satisfied: float | None
    bad: int
    repaired: int
    late: int
    again: float | None


def figures(account: StaffPerson, since: date, until: date, *, by: str = "department") -> tuple[RatingFigures, ...]:
    """By department or by bundle (`by`: department, bundle_code); staff see their own department alone. Two queries."""
    rows = Rating.objects.filter(counts=True, rated_at__gte=_begin(since), rated_at__lt=_begin(until + ONE_DAY))
    if account.role == STAFF:
        rows = rows.filter(department=account.department)
    elif account.role not in (SUPERVISOR, OPERATOR):
        return ()
    levels: dict[str, dict[int, int]] = defaultdict(dict)
    for code, level, count in rows.values_list(by, "level").annotate(Count("pk")).order_by():
        levels[code][level] = count
    bad = rows.filter(repair__isnull=False).values(by).annotate(
        bad=Count("pk"),
        repaired=Count("pk", filter=Q(repair__state=State.ANSWERED)),
        late=Count("pk", filter=_late()),
        again=Avg("repair__second_level"),
    )  # fmt: skip
    owed = {one[by]: one for one in bad.order_by()}
    return tuple(_figures(code, levels[code], owed.get(code, {}), by) for code in _worst_first(levels))


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _late() -> Q:
    answered_late = Q(repair__state=State.ANSWERED, repair__answered_at__date__gt=F("repair__due_on"))
    return answered_late | (~Q(repair__state=State.ANSWERED) & Q(repair__due_on__lt=timezone.localdate()))


def _worst_first(levels: Mapping[str, Mapping[int, int]]) -> Sequence[str]:
    return sorted(levels, key=lambda code: (_satisfied(levels[code]) or 0.0, code))


def _satisfied(levels: Mapping[int, int]) -> float | None:
    total = sum(levels.values())
    return round(100 * sum(n for level, n in levels.items() if level >= 3) / total, 1) if total else None


def _figures(code: str, levels: Mapping[int, int], owed: Mapping[str, float], by: str) -> RatingFigures:
    return RatingFigures(
        code=code,
        name=department_short(code) if by == "department" else _bundle_name(code),
        total=sum(levels.values()),
        levels={level: levels.get(level, 0) for level in (5, 4, 3, 2, 1)},
        satisfied=_satisfied(levels),
        bad=int(owed.get("bad", 0)),
        repaired=int(owed.get("repaired", 0)),
        late=int(owed.get("late", 0)),
        again=round(owed["again"], 1) if owed.get("again") else None,
    )


def _bundle_name(code: str) -> str:
    found: Iterable[str] = (named(one.spec) for one in queries.published_all() if one.code == code)
    return next(iter(found), code)
