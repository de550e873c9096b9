"""Schedules, what may be filed once, points and allocation: their keys name what exists and fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bundles.errors import Fault, MalformedDocument
from bundles.forms.stages import results_read
from bundles.lint.draft import Draft
from bundles.spec import PointsTable
from bundles.spec.schedule import DEDUPE_SCOPES, is_month_day

ORDERS = ("desc", "asc")


def faults(draft: Draft) -> Iterator[Fault]:
    """A key whose shape is wrong is named; what is in it can then not be looked at."""
    for check in (_schedule, _once_only, _points, _allocation, _stages):
        yield from _guarded(check, draft)


def _guarded(check: Callable[[Draft], Iterator[Fault]], draft: Draft) -> Iterator[Fault]:
    try:
        yield from check(draft)
    except MalformedDocument as error:
        yield Fault(error.path, error.message)


def _schedule(draft: Draft) -> Iterator[Fault]:
    schedule = draft.spec.schedule
    for step in schedule.steps if schedule else ():
        for key, day in (("from", step.from_), ("to", step.to)):
            if not is_month_day(day):
                yield Fault(f"schedule[{step.id}].{key}", f"“{day}”应写成月-日，如 05-10，并加引号")


def _once_only(draft: Draft) -> Iterator[Fault]:
    for key in ("dedupe", "unique"):
        if not draft.spec.extra.get(key):
            continue
        number = 0 if key == "dedupe" or not draft.spec.extra.get("dedupe") else 1
        rule = draft.spec.once_only[number]
        yield from _known(rule.key, draft.fields, f"{key}.key", "字段")
        if rule.scope not in DEDUPE_SCOPES:
            yield Fault(f"{key}.scope", f"“{rule.scope}”不可用，只能是 {'、'.join(DEDUPE_SCOPES)}")
        if rule.overlap:
            yield from _known([rule.overlap.field], draft.fields, f"{key}.overlap.field", "字段")
        if not rule.fail:
            yield Fault(f"{key}.fail", "请写明重复时对人说的话", "warning")


def _points(draft: Draft) -> Iterator[Fault]:
    table = draft.spec.points
    if table is None:
        return
    if table.item:
        yield from _known([table.item], draft.items, "points.item", "事项")
    seen: set[str] = set()
    for group in table.groups:
        ids = {rule.id for rule in group.rules}
        for rule in group.rules:
            path = f"points.groups[{group.id}].rules[{rule.id}]"
            if rule.id in seen:
                yield Fault(path, f"积分项 {rule.id} 写了两次")
            if rule.exclusive_with and rule.exclusive_with not in ids:
                yield Fault(f"{path}.exclusive_with", f"本组没有积分项 {rule.exclusive_with}")
            seen.add(rule.id)
    yield from _tie_breaks(table)


def _tie_breaks(table: PointsTable) -> Iterator[Fault]:
    for number, tie in enumerate(table.tie_break):
        if tie.order not in ORDERS:
            yield Fault(f"points.tie_break[{number}].order", f"“{tie.order}”不可用，只能是 {'、'.join(ORDERS)}")


def _allocation(draft: Draft) -> Iterator[Fault]:
    allocation = draft.spec.allocation
    if allocation is None:
        return
    if not allocation.item or not allocation.groups or not allocation.choice_fields:
        yield Fault("allocation", "没有写 item、groups、choice_fields，软件不会派位，按普通事项办", "warning")
        return
    yield from _known([allocation.item], draft.items, "allocation.item", "事项")
    fields = [*allocation.choice_fields, *([allocation.adjust_field] if allocation.adjust_field else [])]
    yield from _known(fields, draft.fields, "allocation.choice_fields", "字段")
    yield from _known(allocation.result or {}, _result_fields(draft, allocation.item), "allocation.result", "结果字段")
    codes = {reason.code for reason in draft.spec.reasons.reject if reason.item == allocation.item}
    if allocation.not_placed and allocation.not_placed not in codes:
        yield Fault("allocation.not_placed", f"事项 {allocation.item} 没有不予原因 {allocation.not_placed}")
    if draft.spec.points is None and any(group.rank for group in allocation.groups):
        yield Fault("allocation.groups", "按积分排序要写 points 积分表")


def _result_fields(draft: Draft, item: str) -> frozenset[str]:
    named = {str(field[0]) for result in draft.spec.results_of(item) for field in result.fields}
    licences = [draft.registry.licences.get(result.licence or "") for result in draft.spec.results_of(item)]
    return frozenset(named | {field[0] for licence in licences if licence for field in licence.fields})


def _stages(draft: Draft) -> Iterator[Fault]:
    """A stage must not wait for what only comes in it or after it."""
    earlier: set[str] = set()
    for stage in draft.spec.stages:
        if isinstance(stage.open_when, str):
            late = [item for item in results_read(stage.open_when) if item in draft.items and item not in earlier]
            if late:
                yield Fault(f"stages[{stage.id}].open_when", f"要等的 {late[0]} 不在前面的阶段里，这个阶段永远打不开")
        earlier.update(stage.items)


def _known(ids: Iterable[str], known: Iterable[str], path: str, what: str) -> Iterator[Fault]:
    known = set(known)
    for one in ids:
        if one not in known:
            yield Fault(path, f"没有{what} {one}")
