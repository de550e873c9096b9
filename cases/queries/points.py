"""The points of a case as pages show them: each rule with its source, what a person found, objections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from bundles import queries
from bundles.forms.points import PointsLine
from bundles.rules.scope import Reading
from bundles.spec import PointsGroup, PointsRule, PointsTable
from bundles.spec.points import DECLARED, MANUAL
from bundles.spec.registry import Registry
from cases.models import Case, Objection, PointsScore, PointsSheet


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """An objection to a rule, answered or not."""

    id: UUID
    text: str
    state: str
    state_label: str
    answer: str
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule of the sheet. `points` is None while it waits for a person; `source` says where it was read."""

    id: str
    title: str
    source: str
    verdict: str
    points: Decimal | None
    found: Decimal | None
    finding: str
    objection: ObjectionView | None

    @property
    def is_open(self) -> bool:
        return self.verdict == "open"

    @property
    def waits_for_answer(self) -> bool:
        return self.objection is not None and self.objection.state == Objection.State.OPEN


@dataclass(frozen=True, slots=True)
class GroupView:
    title: str
    most: Decimal | None
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class PointsView:
    """The sheet of a case; `total` is None while a rule is open."""

    case_id: UUID
    number: str
    department: str
    total: Decimal | None
    most: Decimal | None
    is_open: bool
    computed_at: datetime | None
    groups: tuple[GroupView, ...]


def written(line: PointsLine) -> dict[str, Any]:
    """A line as the sheet keeps it."""
    return {
        "rule": line.rule,
        "group": line.group,
        "verdict": line.verdict,
        "earned": None if line.earned is None else str(line.earned),
        "found": None if line.found is None else str(line.found),
        "by_person": line.by_person,
        "read": [{"kind": r.kind, "key": r.key, "value": str(r.value), "row": r.row} for r in line.read],
    }


def line_from(kept: Mapping[str, Any]) -> PointsLine:
    """A line as it was kept; what it read is text now."""
    earned, found = (None if kept[key] is None else Decimal(kept[key]) for key in ("earned", "found"))
    read = tuple(Reading(one["kind"], one["key"], one["value"], one["row"]) for one in kept["read"])
    return PointsLine(kept["rule"], kept["group"], kept["verdict"], earned, found, kept["by_person"], read)


def points_of(case: Case, lang: str = "zh") -> PointsView | None:
    """The points of a case; None where it has none or they are not computed yet."""
    sheet = PointsSheet.objects.filter(case=case, computed_at__isnull=False).first()
    table = queries.version(case.bundle_version_id).spec.points
    return _view(case, sheet, table, lang) if sheet and table else None


def _view(case: Case, sheet: PointsSheet, table: PointsTable, lang: str) -> PointsView:
    lines = {one["rule"]: line_from(one) for one in sheet.lines}
    findings = {score.rule: score.reason for score in PointsScore.objects.filter(case=case)}
    objections = {one.rule: _objection(one) for one in Objection.objects.filter(case=case)}

    def rule_view(rule: PointsRule) -> RuleView:
        line = lines[rule.id]
        source = source_of(rule, line, queries.registry(), lang)
        return RuleView(
            rule.id, _title(rule, lang), source, line.verdict, line.points, line.found,
            findings.get(rule.id, "") or "", objections.get(rule.id),
        )  # fmt: skip

    groups = tuple(
        GroupView(_title(group, lang), _decimal(group.max), tuple(rule_view(r) for r in group.rules if r.id in lines))
        for group in table.groups
    )
    return PointsView(
        case.pk, case.number or "", sheet.department, _decimal(sheet.total), _decimal(table.total_max), sheet.is_open,
        sheet.computed_at, groups,
    )  # fmt: skip


def source_of(rule: PointsRule, line: PointsLine, registry: Registry, lang: str) -> str:
    """Where a rule is known from, in words."""
    if line.by_person:
        return _("人工核定")
    if line.verdict == "unclaimed":
        return _("没有填报")
    if rule.data == MANUAL:
        return _("要人工核定")
    known = registry.interfaces.get(rule.data or "")
    if rule.data == DECLARED or known is None:
        return _("本人填报")
    name = (known.en if lang == "en" else "") or known.zh
    return name if line.verdict != "open" else _("%(name)s没有查到或查不了") % {"name": name}


def _title(one: PointsRule | PointsGroup, lang: str) -> str:
    return ((one.en if lang == "en" else None) or one.zh) or one.id


def _objection(one: Objection) -> ObjectionView:
    return ObjectionView(one.pk, one.text, one.state, str(one.get_state_display()), one.answer or "", one.raised_at)


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A sheet of the desk's list: how many rules and objections wait."""

    case_id: UUID
    number: str
    bundle: str
    open_rules: int
    open_objections: int
    since: datetime | None


def open_sheets(mine: QuerySet[PointsSheet], limit: int = 200) -> tuple[OpenSheet, ...]:
    """The sheets of a department that wait for a person, the oldest first."""
    waiting = mine.filter(is_open=True, computed_at__isnull=False).annotate(
        objected=Count("case__objections", filter=Q(case__objections__state=Objection.State.OPEN))
    )
    return tuple(_open_sheet(sheet) for sheet in waiting.order_by("case__submitted_at")[:limit])


def _open_sheet(sheet: Any) -> OpenSheet:
    case = sheet.case
    rules = sum(line["verdict"] == "open" for line in sheet.lines)
    spec = queries.version(case.bundle_version_id).spec
    return OpenSheet(case.pk, case.number or "", spec.zh, rules, sheet.objected, case.submitted_at)
