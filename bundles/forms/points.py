"""The points table (积分表), rule by rule: what counts, what it was read from, what a person has to find.

Before filing the applicant's own word counts for every rule (自评). Afterwards, once the context says what people have
scored, a rule that only a person can find (`data: manual`) counts when it is scored, and one that the applicant has
claimed nothing for counts nothing. What a register cannot say stays open and never turns into nought by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Literal

from bundles.rules import UNKNOWN, RuleError, Scope, evaluate, judge, parse
from bundles.rules.scope import Reading
from bundles.spec import BundleSpec, PointsGroup, PointsRule, PointsTable

Verdict = Literal["counts", "none", "unclaimed", "excluded", "open"]
Scored = Mapping[str, Decimal]
NOUGHT: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class PointsLine:
    """One rule. `earned` is None while it is open; `found` is what answers and registers alone come to."""

    rule: str
    group: str
    verdict: Verdict
    earned: Decimal | None
    found: Decimal | None
    by_person: bool = False
    read: tuple[Reading, ...] = field(default=(), compare=False)

    @property
    def points(self) -> Decimal | None:
        """What counts of it: nothing, where a better rule excludes it."""
        return NOUGHT if self.verdict == "excluded" else self.earned


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rules and what they come to; `total` is None while a rule is open, `so_far` counts what is known."""

    lines: tuple[PointsLine, ...]
    total: Decimal | None
    so_far: Decimal

    @property
    def open(self) -> tuple[PointsLine, ...]:
        return tuple(line for line in self.lines if line.verdict == "open")


def points_item(spec: BundleSpec) -> str | None:
    """The item whose department scores: the one the table names, else the first with a rule about `points()`."""
    table = spec.points
    if table is None or table.item:
        return table.item if table else None
    return next((item.id for item in spec.items if any(_asks_points(rule.expr) for rule in item.decision.rules)), None)


def _asks_points(text: str) -> bool:
    try:
        return any(call.function == "points" for call in parse(text).calls)
    except RuleError:
        return False


def score(spec: BundleSpec, scope: Scope, group: str = "", scored: Scored | None = None) -> object:
    """The score of the whole table or of one group; UNKNOWN while a rule of it cannot be judged."""
    table = spec.points
    groups = [entry for entry in table.groups if not group or entry.id == group] if table else []
    if table is None or not groups:
        return UNKNOWN
    total = _added_up(replace(table, groups=tuple(groups), total_max=None if group else table.total_max), scope, scored)
    return UNKNOWN if total.total is None else total.total


def sheet(spec: BundleSpec, scope: Scope, scored: Scored | None = None) -> Sheet | None:
    """The table itemised, None for a bundle without points."""
    return _added_up(spec.points, scope, scored) if spec.points else None


def _added_up(table: PointsTable, scope: Scope, scored: Scored | None) -> Sheet:
    return sum_up(table, [_line(group, rule, scope, scored) for group in table.groups for rule in group.rules])


def sum_up(table: PointsTable, lines: Sequence[PointsLine]) -> Sheet:
    """What lines come to: rules that exclude each other, the limit of each group, the limit of the whole."""
    by_rule = {line.rule: _settled(line) for line in lines}
    known, is_whole = NOUGHT, True
    for group in table.groups:
        _exclude(group, by_rule)
        points = [by_rule[rule.id].points for rule in group.rules]
        is_whole = is_whole and None not in points
        known += _capped(sum((one for one in points if one is not None), NOUGHT), group.max)
    known = _capped(known, table.total_max)
    return Sheet(tuple(by_rule[line.rule] for line in lines), known if is_whole else None, known)


def _settled(line: PointsLine) -> PointsLine:
    """The line by itself, whatever other rules exclude."""
    return replace(line, verdict="counts") if line.verdict == "excluded" else line


def _capped(points: Decimal, most: float | None) -> Decimal:
    return points if most is None else min(points, Decimal(str(most)))


def _exclude(group: PointsGroup, by_rule: dict[str, PointsLine]) -> None:
    """Of rules that exclude each other the better one counts; the other says so."""
    for rule in group.rules:
        one, other = by_rule[rule.id], by_rule.get(rule.exclusive_with or "")
        if other is not None and one.earned and other.earned:
            worse = one if one.earned < other.earned else other
            by_rule[worse.rule] = replace(worse, verdict="excluded")


def _line(group: PointsGroup, rule: PointsRule, scope: Scope, scored: Scored | None) -> PointsLine:
    read: list[Reading] = []
    found = _found(rule, scope, read)
    trace = tuple(read)
    if scored is not None and rule.id in scored:
        return PointsLine(rule.id, group.id, _counts(scored[rule.id]), scored[rule.id], found, True, trace)
    if found is None and scored is not None and _is_unclaimed(trace):
        return PointsLine(rule.id, group.id, "unclaimed", NOUGHT, None, False, trace)
    if found is None or (scored is not None and rule.is_manual and found):
        return PointsLine(rule.id, group.id, "open", None, found, False, trace)
    return PointsLine(rule.id, group.id, _counts(found), found, found, False, trace)


def scored_line(line: PointsLine, points: Decimal) -> PointsLine:
    """A line as a person has found it."""
    return replace(line, verdict=_counts(points), earned=points, by_person=True)


def _counts(points: Decimal) -> Verdict:
    return "counts" if points else "none"


def _found(rule: PointsRule, scope: Scope, read: list[Reading]) -> Decimal | None:
    """The points of a rule: `score` where `expr` holds, none where it fails, None where that is not known."""
    if rule.expr is not None:
        verdict = judge(rule.expr, scope, read)
        if verdict is not True:
            return NOUGHT if verdict is False else None
    value = evaluate(rule.score, scope, read) if isinstance(rule.score, str) else rule.score
    known = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return Decimal(str(value)) if known else None


def _is_unclaimed(read: tuple[Reading, ...]) -> bool:
    """Whether nothing is missing but answers that the applicant left empty."""
    gaps = list(_gaps(read))
    return bool(gaps) and all(reading.kind in ("name", "column") for reading in gaps)


def _gaps(read: tuple[Reading, ...]) -> Iterator[Reading]:
    for reading in read:
        values = reading.value if isinstance(reading.value, list) else [reading.value]
        if any(value is UNKNOWN or value is None for value in values):
            yield reading
