"""Sub-applications that join a case which is under way: records that an upstream item returned, items added by data.

They are laid out like those of the filing: own needs, needs of what waits for them, a place in the numbering.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bundles import forms, queries
from bundles.rules import evaluate
from bundles.spec import Group, Item
from cases.actions.applying import filing
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_subs
from cases.models import Case, Need, SubApplication
from cases.plan import plan
from cases.ports import SYSTEM
from cases.queries.context import context_of
from cases.states import SubState

PLACEHOLDER = ""


def spread_out(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """An item whose result lists what comes next (账户清单 -> 每家银行) is final: one sub-application per record."""
    for item in queries.version(case.bundle_version_id).spec.items:
        waiting = [one for one in subs if one.item_id == item.id and one.state == SubState.WAITING]
        if waiting and _reads(item, sub.item_id) and sub.state == SubState.APPROVED:
            _take_records_into_rows(case, item)
            _bring_up_instances(case, subs, item, waiting)


def add_item(case: Case, subs: list[SubApplication], item_id: str) -> list[SubApplication]:
    """Let an item join a locked case for a reason that lies in data; returns its sub-applications."""
    context = context_of(case)
    return _lay_out(case, subs, context, context.spec.item(item_id), forms.instances_of(context, item_id))


def _reads(item: Item, upstream: str) -> bool:
    source = item.instances.from_ if item.instances else None
    return bool(source and source.startswith(f"result:{upstream}."))


def _take_records_into_rows(case: Case, item: Item) -> None:
    """Records become rows of the block that the instances are made from, so that each sees only its own."""
    context = context_of(case)
    rule = item.instances
    group = context.spec.groups.get(rule.group or "") if rule else None
    if rule is None or group is None or rule.from_ is None:
        return
    found = forms.scope(context).fact(rule.from_)
    records = [_record(one, rule.by or "", group, context) for one in found] if isinstance(found, list) else []
    rows = list((context.answers.get("fields") or {}).get(group.id) or ())
    known = {row.get(rule.by or "") for row in rows}
    for row in forms.rows_from_records(records, group, context):
        if row and row.get(rule.by or "") not in known:
            known.add(row.get(rule.by or ""))
            rows.append(row)
    case.answers = {**context.answers, "fields": {**(context.answers.get("fields") or {}), group.id: rows}}
    case.save(update_fields=["answers"])


def _record(one: Any, by: str, group: Group, context: forms.Context) -> Mapping[str, Any]:
    """An entry of the list as a record; of a line that somebody typed, the option it names."""
    if isinstance(one, Mapping):
        return one
    field = next((field for field in group.fields if field.id == by), None)
    options = forms.options_of(field, context.registry) if field else ()
    named = [option[0] for option in options if str(option[0]) in str(one) or str(option[1]) in str(one)]
    return {by: named[0] if named else str(one)}


def _bring_up_instances(case: Case, subs: list[SubApplication], item: Item, waiting: Sequence[SubApplication]) -> None:
    """New instances are laid out; the one that stood for all of them becomes the first, or ends where there is none."""
    context = context_of(case)
    known = {one.instance_key for one in subs if one.item_id == item.id}
    instances = [one for one in forms.instances_of(context, item.id) if one.key not in known]
    placeholder = next((one for one in waiting if one.instance_key == PLACEHOLDER), None)
    if placeholder is not None and instances:
        _become(placeholder, item, instances.pop(0))
    elif placeholder is not None:
        progress.call_off(case, subs, placeholder)
    _lay_out(case, subs, context, item, instances)


def _become(sub: SubApplication, item: Item, instance: forms.Instance) -> None:
    sub.instance_key, sub.instance_label = instance.key, instance.label or None
    sub.row_group = instance.row.group if instance.row else ""
    sub.row_index = instance.row.index if instance.row else None
    sub.department = instance.dept or item.dept
    sub.save(update_fields=["instance_key", "instance_label", "row_group", "row_index", "department"])


def _lay_out(
    case: Case, subs: list[SubApplication], context: forms.Context, item: Item, instances: Sequence[forms.Instance]
) -> list[SubApplication]:
    if not instances:
        return []
    filed = {one.item_id for one in subs}
    already = {one: forms.instances_of(context, one) for one in filed if one != item.id}
    scope = forms.scope(context)
    planned = plan(
        context.spec, [item.id], {item.id: instances}, lambda text: evaluate(text, scope) is not False, already
    )
    before = {one.pk for one in subs}
    filing.lay_out(case, planned)
    added = [one for one in lock_subs(case) if one.pk not in before]
    _let_others_wait(case, [one for one in subs if one.pk in before], item, added)
    subs[:] = [*(one for one in subs if one.pk in before), *added]  # a docket has added them to its own list already
    record(case, "items.added", by=SYSTEM, sub=added[0], count=len(added))
    return added


def _let_others_wait(case: Case, subs: Sequence[SubApplication], item: Item, added: Sequence[SubApplication]) -> None:
    """What still waits for this item waits for its new instances too."""
    spec = queries.version(case.bundle_version_id).spec
    for one in subs:
        entries = [d for d in spec.item(one.item_id).depends_on if d.item == item.id]
        if one.state == SubState.WAITING and entries:
            entry = entries[0]
            Need.objects.bulk_create(
                Need(
                    sub=one,
                    upstream=new,
                    need=filing.need_of(spec, one.item_id, entry.need),
                    if_rejected=entry.if_rejected,
                    flow=list(entry.flow),
                )
                for new in added
            )
