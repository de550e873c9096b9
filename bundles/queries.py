"""The catalogue as other apps read it: frozen values, never models.

What is read on every page stays in the memory of the process: registries, calendars and published definitions for
as long as nobody changes them, single versions for ever, because a version never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Length

from bundles import spec as specs
from bundles.errors import NotPublished
from bundles.kept import Kept, forget, recheck
from bundles.models import Bundle, BundleVersion, CalendarDay, CalendarYear, DayKind, Stamp, VersionState
from bundles.models import CodeList as CodeListRow
from bundles.models import DeadlineRule as DeadlineRuleRow
from bundles.models import Department as DepartmentRow
from bundles.models import Interface as InterfaceRow
from bundles.models import LicenceKind as LicenceRow
from bundles.models import Matter as MatterRow
from bundles.models import Validator as ValidatorRow
from bundles.spec import BundleSpec
from bundles.spec.registry import Department, Interface, LicenceKind, Matter, Registry
from bundles.words import as_query

__all__ = [
    "BundleMeta",
    "CalendarData",
    "DeadlineRule",
    "PublishedBundle",
    "bundles_of_matter",
    "calendar_mark",
    "count_matters",
    "deadline_rules",
    "forget",
    "matters",
    "matters_of",
    "parts_of",
    "published",
    "published_all",
    "recheck",
    "registry",
    "version",
    "working_calendar",
]

KEPT_VERSIONS = 256


@dataclass(frozen=True, slots=True)
class BundleMeta:
    """A bundle over its versions. `enabled`: new applications are taken."""

    code: str
    zh: str
    en: str
    class_name: str
    stage: str
    lead: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class PublishedBundle:
    """A frozen version of a bundle with its definition."""

    version_id: UUID
    number: int
    fingerprint: str
    published_at: datetime | None
    spec: BundleSpec
    bundle: BundleMeta

    @property
    def code(self) -> str:
        return self.bundle.code


@dataclass(frozen=True, slots=True)
class CalendarData:
    """Days that differ from the plain week. Days of a year not announced are provisional (暂估)."""

    holidays: frozenset[date]
    makeup: frozenset[date]
    announced_years: frozenset[int]
    names: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """A reason for a colour: blue, yellow or red; `threshold` in working days or percent where the trigger has one."""

    colour: str
    trigger: str
    threshold: int | None


def published(code: str) -> PublishedBundle:
    """The version of a bundle that people apply for now. Raises NotPublished."""
    found = _published.get().get(code)
    if found is None:
        raise NotPublished(code)
    return found


def published_all() -> tuple[PublishedBundle, ...]:
    """Every bundle with a published version, in the order of the catalogue; disabled ones too (`bundle.enabled`)."""
    return tuple(_published.get().values())


def version(version_id: UUID) -> PublishedBundle:
    """A version whatever its state, as a running case refers to it. Raises NotPublished."""
    held = _versions.get(version_id)
    if held is not None:
        return held
    row = BundleVersion.objects.select_related("bundle").filter(pk=version_id).first()
    if row is None:
        raise NotPublished(str(version_id))
    return _read(row)


def registry() -> Registry:
    """Departments, licences, interfaces, code lists, validators and matters as they stand."""
    return _registry.get()


def working_calendar(region: str = "") -> CalendarData:
    """Announced holidays and make-up workdays of a region (GB/T 2260), the national ones included.

    What is said for a smaller region wins; a closure (临时停办) counts as a holiday there.
    """
    known = _calendars.get()
    if region not in known:
        known[region] = _calendar_of(region)
    return known[region]


def deadline_rules() -> tuple[DeadlineRule, ...]:
    """The enabled rules of electronic supervision (电子监察)."""
    return _deadline_rules.get()


def calendar_mark() -> UUID | None:
    """Changes with every change of the calendar, in whatever process; read from the database."""
    return Stamp.objects.filter(part="calendar").values_list("mark", flat=True).first()


def matters(query: str = "", *, dept: str | None = None, limit: int = 50, offset: int = 0) -> tuple[Matter, ...]:
    """Matters that carry all words of a query in their name; all of them without a query."""
    rows = _matter_rows(query, dept)[offset : offset + limit]
    return tuple(_matter(row) for row in rows.values(*_MATTER_COLUMNS))


def matters_of(codes: Iterable[str]) -> tuple[Matter, ...]:
    """The matters of these codes, in the order given; a code that is none is left out."""
    wanted = tuple(codes)
    rows = {row["matter"]: _matter(row) for row in MatterRow.objects.filter(pk__in=wanted).values(*_MATTER_COLUMNS)}
    return tuple(rows[code] for code in wanted if code in rows)


def parts_of(matter: str) -> tuple[Matter, ...]:
    """The sub-matters (子项) of a main matter, by their names."""
    rows = MatterRow.objects.filter(parent=matter).order_by("sound", "matter")
    return tuple(_matter(row) for row in rows.values(*_MATTER_COLUMNS))


def count_matters(query: str = "", *, dept: str | None = None) -> int:
    return _matter_rows(query, dept).count()


def bundles_of_matter(matter: str) -> tuple[str, ...]:
    """Codes of the published bundles that contain a matter."""
    return tuple(b.code for b in published_all() if any(item.matter == matter for item in b.spec.items))


def _matter_rows(query: str, dept: str | None) -> QuerySet[MatterRow]:
    rows = MatterRow.objects.order_by("rank", Length("zh"), "matter")
    if dept:
        rows = rows.filter(dept_id=dept)
    asked = as_query(query)
    if not asked:
        return rows.none() if query.strip() else rows
    return rows.extra(where=["bundles_matter.words @@ %s::tsquery"], params=[asked])


def _read(row: BundleVersion) -> PublishedBundle:
    read = PublishedBundle(
        row.pk, row.number, row.fingerprint, row.published_at, specs.load(row.document), _meta(row.bundle)
    )
    if row.state != VersionState.DRAFT:
        _versions[row.pk] = read
        while len(_versions) > KEPT_VERSIONS:
            _versions.popitem(last=False)
    return read


def _meta(row: Bundle) -> BundleMeta:
    return BundleMeta(row.code, row.zh, row.en, row.class_name, row.stage, row.lead_id, row.enabled)


def _build_published() -> Mapping[str, PublishedBundle]:
    rows = list(Bundle.objects.filter(published__isnull=False))
    unread = [row.published_id for row in rows if row.published_id and row.published_id not in _versions]
    for fresh in BundleVersion.objects.select_related("bundle").filter(pk__in=unread):
        _read(fresh)
    return {row.code: _with_meta(version(row.published_id), _meta(row)) for row in rows if row.published_id}


def _with_meta(read: PublishedBundle, meta: BundleMeta) -> PublishedBundle:
    return PublishedBundle(read.version_id, read.number, read.fingerprint, read.published_at, read.spec, meta)


class _MattersByCode(Mapping[str, Matter]):
    """All matters by their code: those of the shipped bundles at hand, any other read when it is asked for."""

    def __init__(self) -> None:
        used = MatterRow.objects.exclude(used_in=[])
        self._held: dict[str, Matter] = {row["matter"]: _matter(row) for row in used.values(*_MATTER_COLUMNS)}

    def __getitem__(self, code: str) -> Matter:
        if code not in self._held:
            row = MatterRow.objects.filter(pk=code).values(*_MATTER_COLUMNS).first()
            if row is None:
                raise KeyError(code)
            self._held[code] = _matter(row)
        return self._held[code]

    def __iter__(self) -> Iterator[str]:
        return iter(MatterRow.objects.values_list("pk", flat=True))

    def __len__(self) -> int:
        return MatterRow.objects.count()


def _build_registry() -> Registry:
    return Registry(
        departments={department.code: department for department in _departments()},
        licences={row["code"]: _licence(row) for row in LicenceRow.objects.values(*_LICENCE_COLUMNS)},
        interfaces={row["code"]: _interface(row) for row in InterfaceRow.objects.values(*_INTERFACE_COLUMNS)},
        codelists={name: _triples(entries) for name, entries in CodeListRow.objects.values_list("name", "entries")},
        validators={row.name: _validator(row) for row in ValidatorRow.objects.all()},
        matters=_MattersByCode(),
    )


_DEPARTMENT_COLUMNS = ("code", "name", "short", "en", "kind", "org_code", "system", "window", "tel")
_LICENCE_COLUMNS = (
    "code", "zh", "en", "dept_id", "holder", "id_field", "fields", "national", "validity", "type_code", "sensitive",
    "trust",
)  # fmt: skip
_INTERFACE_COLUMNS = (
    "code", "zh", "en", "dept_id", "share", "level", "sla", "input", "output", "sensitive", "max_age_s", "per_minute",
    "per_day",
)  # fmt: skip
_MATTER_COLUMNS = (
    "matter", "zh", "dept_id", "type", "base", "impl", "used_in", "parent_id", "level", "region", "office", "audience",
    "stage", "channels", "reach", "instant", "paperless", "days", "fee",
)  # fmt: skip


def _departments() -> Iterable[Department]:
    for row in DepartmentRow.objects.values(*_DEPARTMENT_COLUMNS, "parent_id"):
        yield Department(parent=row.pop("parent_id"), **row)


def _licence(row: dict[str, object]) -> LicenceKind:
    return LicenceKind(dept=row.pop("dept_id"), fields=_triples(row.pop("fields")), **row)  # type: ignore[arg-type]


def _interface(row: dict[str, object]) -> Interface:
    asked, given = row.pop("input"), row.pop("output")
    return Interface(dept=row.pop("dept_id"), input=tuple(asked), output=_triples(given), **row)  # type: ignore[arg-type]


def _matter(row: dict[str, Any]) -> Matter:
    used_in, channels = tuple(row.pop("used_in")), tuple(row.pop("channels"))
    return Matter(dept=row.pop("dept_id"), parent=row.pop("parent_id"), used_in=used_in, channels=channels, **row)


def _validator(row: ValidatorRow) -> Mapping[str, str]:
    given = {"zh": row.zh, "regex": row.regex, "check": row.check_digit, "msg": row.msg}
    return {key: value for key, value in given.items() if value}


def _triples(entries: object) -> tuple[tuple[str, str, str], ...]:
    return tuple((str(a), str(b), str(c)) for a, b, c in entries)  # type: ignore[attr-defined]


def _build_days() -> Mapping[str, Mapping[date, tuple[str, str]]]:
    by_region: dict[str, dict[date, tuple[str, str]]] = {}
    for day, region, kind, name in CalendarDay.objects.values_list("date", "region", "kind", "name"):
        by_region.setdefault(region, {})[day] = (kind, name)
    return by_region


def _calendar_of(region: str) -> CalendarData:
    days: dict[date, tuple[str, str]] = {}
    for scope in _scopes(region):
        days.update(_days_by_region.get().get(scope, {}))
    return CalendarData(
        holidays=frozenset(day for day, (kind, _) in days.items() if kind != DayKind.MAKEUP),
        makeup=frozenset(day for day, (kind, _) in days.items() if kind == DayKind.MAKEUP),
        announced_years=_announced_years.get(),
        names={day: name for day, (_, name) in days.items()},
    )


def _build_announced_years() -> frozenset[int]:
    return frozenset(CalendarYear.objects.filter(announced=True).values_list("year", flat=True))


def _build_deadline_rules() -> tuple[DeadlineRule, ...]:
    rows = DeadlineRuleRow.objects.filter(enabled=True).order_by("pk")
    return tuple(DeadlineRule(row.colour, row.trigger, row.threshold) for row in rows)


def _scopes(region: str) -> tuple[str, ...]:
    """The country, the province, the city, the county of a region code, each once, the smallest last."""
    wider = ("", f"{region[:2]}0000", f"{region[:4]}00", region) if region else ("",)
    return tuple(dict.fromkeys(wider))


_versions: OrderedDict[UUID, PublishedBundle] = OrderedDict()
_registry: Kept[Registry] = Kept("registry", build=_build_registry)
_published: Kept[Mapping[str, PublishedBundle]] = Kept("bundles", build=_build_published)
_days_by_region: Kept[Mapping[str, Mapping[date, tuple[str, str]]]] = Kept("calendar", build=_build_days)
_announced_years: Kept[frozenset[int]] = Kept("calendar", build=_build_announced_years)
_calendars: Kept[dict[str, CalendarData]] = Kept("calendar", build=dict)
_deadline_rules: Kept[tuple[DeadlineRule, ...]] = Kept("deadlines", build=_build_deadline_rules)
