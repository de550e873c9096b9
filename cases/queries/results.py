"""Results: what was issued, what was refused and what can be done about it, and whether a paper is genuine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bundles import queries
from bundles.forms.coded import term
from bundles.spec import BundleSpec
from bundles.spec import Result as ResultSpec
from bundles.spec.registry import Registry
from cases.models import Case, Result, SubApplication
from cases.queries.charges import unpaid_subs
from cases.queries.declared import declared_fields, in_words
from cases.queries.nodes import reasons_of
from cases.queries.remedies import apply_to_of, article_of, remedy_of
from cases.queries.reports import sections_name
from cases.queries.titles import title_of_case
from cases.queries.together import items_of, reads_together, results_of_items
from cases.queries.wording import short_name
from cases.states import SUB_REFUSED, SubState

MARK_LENGTH = 16
VALID, REVOKED, REPLACED, SUPERSEDED = "valid", "revoked", "replaced", "superseded"


@dataclass(frozen=True, slots=True)
class ResultField:
    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """A result with its declared fields. `delivery`: ways it can be had: electronic, mail, pickup.

    `standing`: valid, revoked (撤销), replaced (更正, a newer version stands) or superseded (a new licence took its
    place); for the latter three `ended_at` and `reason` say since when and why.
    """

    id: UUID
    result_id: str
    title: str
    kind: str
    licence_code: str
    item_id: str
    item_title: str
    instance: str
    dept_code: str
    dept_short: str
    fields: tuple[ResultField, ...]
    mark: str
    issued_at: datetime
    is_revoked: bool
    has_file: bool
    delivery: tuple[str, ...]
    # Issued, but its fee comes before delivery (缴费后领取): no values and no file until then.
    is_withheld: bool = False
    version: int = 1
    standing: str = VALID
    ended_at: datetime | None = None
    reason: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that was not approved, why, and what can be done. 行政许可法 第三十八条第二款."""

    sub_id: UUID
    title: str
    instance: str
    dept_code: str
    dept_name: str
    dept_tel: str
    decision: str
    reasons: tuple[str, ...]
    decided_at: datetime | None
    remedy: str
    basis: str = ""
    apply_to: str = ""


@dataclass(frozen=True, slots=True)
class ResultsPage:
    case_id: UUID
    number: str
    title: str
    results: tuple[ResultView, ...]
    refused: tuple[Refusal, ...]
    open_items: int
    earlier: tuple[ResultView, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What the public learns of a paper by its mark: kind, issuer, day, standing; nothing about the person."""

    title: str
    department: str
    issued_at: datetime
    is_revoked: bool
    revoked_at: datetime | None
    standing: str = VALID
    ended_at: datetime | None = None


@reads_together
def results_page(case: Case, lang: str = "zh") -> ResultsPage:
    registry = queries.registry()
    spec = queries.version(case.bundle_version_id).spec
    subs = items_of(case)
    return ResultsPage(
        case_id=case.pk,
        number=case.number or "",
        title=title_of_case(case.title, spec, lang),
        results=results_of(case, lang),
        earlier=earlier_of(case, lang),
        refused=refusals_of(subs, spec, registry, lang),
        open_items=sum(not sub.is_final for sub in subs),
    )


def refusals_of(
    subs: Iterable[SubApplication], spec: BundleSpec, registry: Registry, lang: str = "zh"
) -> tuple[Refusal, ...]:
    """What was refused of a case, each with reasons, basis and remedy. 行政许可法 第三十八条第二款."""
    return tuple(_refusal(sub, spec, registry, lang) for sub in subs if sub.state in SUB_REFUSED)


def results_of(case: Case, lang: str = "zh") -> tuple[ResultView, ...]:
    """The results of a case in the order they were issued, each in its newest version; two small queries."""
    return _views(case, lang, [row for row in results_of_items(case) if row.replaced_at is None])


def earlier_of(case: Case, lang: str = "zh") -> tuple[ResultView, ...]:
    """Versions that a correction replaced, with the reason of the correction."""
    return _views(case, lang, [row for row in results_of_items(case) if row.replaced_at is not None])


def _views(case: Case, lang: str, rows: Sequence[Result]) -> tuple[ResultView, ...]:
    if not rows:
        return ()
    registry, spec = queries.registry(), queries.version(case.bundle_version_id).spec
    unpaid = unpaid_subs(case)
    return tuple(result_view(row, spec, registry, lang, is_withheld=row.sub_id in unpaid) for row in rows)


def result_view(row: Result, spec: BundleSpec, registry: Registry, lang: str, *, is_withheld: bool) -> ResultView:
    """A result in words; withheld until a fee is paid, it shows no values."""
    declared = _declared(spec, row.result_id)
    item = spec.item(row.sub.item_id)
    department = registry.departments.get(row.sub.department)
    return ResultView(
        id=row.pk,
        result_id=row.result_id,
        title=result_title(spec, row.result_id, lang),
        kind=row.kind,
        licence_code=row.licence_code,
        item_id=item.id,
        item_title=item.en if lang == "en" and item.en else item.zh,
        instance=row.sub.instance_label or "",
        dept_code=row.sub.department,
        dept_short=short_name(department) if department else row.sub.department,
        fields=() if is_withheld else _fields(row, declared, spec, registry, lang),
        mark=row.mark,
        issued_at=row.issued_at,
        is_revoked=row.revoked_at is not None,
        has_file=bool(row.file) and not is_withheld,
        delivery=tuple(declared.delivery) if declared else (),
        is_withheld=is_withheld,
        version=row.version,
        standing=standing_of(row),
        ended_at=row.revoked_at or row.replaced_at or row.superseded_at,
        reason=_why(row),
        article=row.article,
    )


def standing_of(row: Result) -> str:
    """How a result stands today."""
    if row.revoked_at is not None:
        return REVOKED
    if row.replaced_at is not None:
        return REPLACED
    return SUPERSEDED if row.superseded_at is not None else VALID


def _why(row: Result) -> str:
    """Why it does not hold any more: for a replaced version the reason stands on the one that replaced it."""
    if row.replaced_at is not None:
        newer = getattr(row, "corrected_by", None)
        return (newer.reason or "") if newer else ""
    return (row.reason or "") if row.revoked_at is not None else ""


def result_title(spec: BundleSpec, result_id: str, lang: str = "zh") -> str:
    """What a result is called in its bundle."""
    declared = _declared(spec, result_id)
    if declared is None:
        return result_id
    return declared.en if lang == "en" and declared.en else declared.zh


def _declared(spec: BundleSpec, result_id: str) -> ResultSpec | None:
    return next((result for result in spec.results if result.id == result_id), None)


def _fields(
    row: Result, declared: ResultSpec | None, spec: BundleSpec, registry: Registry, lang: str
) -> tuple[ResultField, ...]:
    """The declared fields in words; the sections of a merged report are a page of their own (`reports`)."""
    known = declared_fields(declared, registry) if declared else {}
    apart = sections_name(spec)
    return tuple(
        ResultField(name, term(registry, label, lang), in_words(registry, name, row.fields[name], kind, lang, spec))
        for name, (label, kind) in known.items()
        if row.fields.get(name) not in (None, "", []) and name != apart
    )


def _refusal(sub: SubApplication, spec: BundleSpec, registry: Registry, lang: str) -> Refusal:
    item = spec.item(sub.item_id)
    department = registry.departments.get(sub.department)
    return Refusal(
        sub_id=sub.pk,
        title=item.en if lang == "en" and item.en else item.zh,
        instance=sub.instance_label or "",
        dept_code=sub.department,
        dept_name=department.name if department else sub.department,
        dept_tel=department.tel if department else "",
        decision=str(SubState(sub.state).label),
        reasons=reasons_of(sub),
        decided_at=sub.closed_at,
        remedy=remedy_of(sub),
        basis=article_of(sub),
        apply_to=apply_to_of(sub),
    )


def verify_mark(mark: str, lang: str = "zh") -> Verified | None:
    """What stands behind a mark, however it was typed; None for a mark that was never given."""
    typed = "".join(sign for sign in mark.upper() if sign.isalnum())
    row = Result.objects.select_related("sub__case").filter(mark=typed).first() if _may_be(typed) else None
    if row is None:
        return None
    spec = queries.version(row.sub.case.bundle_version_id).spec
    department = queries.registry().departments.get(row.sub.department)
    return Verified(
        title=result_title(spec, row.result_id, lang),
        department=department.name if department else row.sub.department,
        issued_at=row.issued_at,
        is_revoked=row.revoked_at is not None,
        revoked_at=row.revoked_at,
        standing=standing_of(row),
        ended_at=row.revoked_at or row.replaced_at or row.superseded_at,
    )


def _may_be(typed: str) -> bool:
    return len(typed) == MARK_LENGTH
