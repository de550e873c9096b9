"""Keys that shape a case while it runs name items, fields and sources that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bundles.errors import Fault
from bundles.forms.lookups import parse_path
from bundles.lint.draft import Draft

MERGED = ("version", "replied", "pending", "sections")
ACTS = ("change", "pause", "withdraw")


def faults(draft: Draft) -> Iterator[Fault]:
    yield from _merge(draft)
    yield from _replan(draft)
    yield from _joint_visit(draft)
    yield from _reply(draft)
    for item in draft.spec.items:
        if item.trigger and parse_path(item.trigger.event) is None:
            yield Fault(f"items[{item.id}].trigger.event", "触发条件应写成 api:接口@当事人.字段")


def _merge(draft: Draft) -> Iterator[Fault]:
    merge = draft.spec.merge
    if merge is None:
        return
    yield from _items(draft, [merge.item], "merge.item")
    yield from _items(draft, merge.order, "merge.order")
    declared = {str(field[0]) for result in draft.spec.results_of(merge.item) for field in result.fields}
    for name, what in (merge.fields or {}).items():
        if name not in declared:
            yield Fault(f"merge.fields.{name}", f"事项 {merge.item} 的结果里没有字段 {name}")
        if what not in MERGED:
            yield Fault(f"merge.fields.{name}", f"可填的内容是 {'、'.join(MERGED)}，没有 {what}")


def _replan(draft: Draft) -> Iterator[Fault]:
    replan = draft.spec.replan
    if replan is None:
        return
    for change in replan.triggers:
        path = f"replan.triggers[{change.id}]"
        yield from _items(draft, change.redo, f"{path}.redo")
        yield from _items(draft, change.keep, f"{path}.keep")
        yield from _fields(draft, change.changes, f"{path}.changes")
        if change.act not in ACTS:
            yield Fault(f"{path}.act", f"可写 {'、'.join(ACTS)}，没有 {change.act}")
        if change.act == "pause" and change.moment not in draft.fields:
            yield Fault(f"{path}.moment", "停办要写明哪个字段是计划时间（moment）")
    yield from _items(draft, replan.confirmed_by, "replan.confirmed_by")
    if replan.freeze:
        yield from _fields(draft, [replan.freeze.before], "replan.freeze.before")


def _joint_visit(draft: Draft) -> Iterator[Fault]:
    rule = draft.spec.joint_visit
    if rule is None:
        return
    yield from _items(draft, rule.items, "joint_visit.items")
    if rule.lead not in draft.registry.departments:
        yield Fault("joint_visit.lead", f"没有部门 {rule.lead}")


def _reply(draft: Draft) -> Iterator[Fault]:
    declared = {str(field[0]) for result in draft.spec.results for field in result.fields}
    for name in draft.spec.reply.choices if draft.spec.reply else ():
        if name not in declared:
            yield Fault(f"reply.{name}", f"结果里没有字段 {name}")


def _items(draft: Draft, ids: Iterable[str], path: str) -> Iterator[Fault]:
    for item in ids:
        if item not in draft.items:
            yield Fault(path, f"没有事项 {item}")


def _fields(draft: Draft, ids: Iterable[str], path: str) -> Iterator[Fault]:
    declared = {str(field[0]) for result in draft.spec.results for field in result.fields}
    for field in ids:
        if field not in draft.fields and field not in declared:
            yield Fault(path, f"没有字段 {field}")
