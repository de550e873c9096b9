"""What a derived scenario does to a walk: an item refused, a field asked for, everything taken back, a system away.

Which item is meant is found in the case itself once it is filed, unless the scenario names one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bundles import forms
from bundles.forms.typed import EMPTY, as_typed
from cases import queries
from cases.actions.applying import withdrawal
from cases.actions.scheduling import replanning
from cases.queries.under_way import UnderWay
from portal.seed_check.pace import HELD_S, takes_time
from portal.seed_check.values import written

if TYPE_CHECKING:
    from portal.seed_check.walk import Walk

REFUSAL = "经审查不符合办理条件（核对用）"
OUTAGE_TRIES = 3
USUAL_PROCEDURE = timedelta(days=5)


def prepare(walk: Walk) -> None:
    """Set up what the scenario is about, once the case is filed and before anything has been sent."""
    _PREPARED.get(walk.script.aim, _nothing)(walk)


def intervene(walk: Walk) -> bool:
    """What the scenario does while the case is under way."""
    if walk.script.replan and not walk.aimed_at:
        return _change_plan(walk)
    if walk.script.aim != "withdrawal" or walk.aimed_at:
        return False
    walk.aimed_at = "全部"
    withdrawal.withdraw_case(walk.case_id, by=walk.applicant.actor, reason="不办了（核对用）")
    return True


def procedure_time(walk: Walk, sub: UnderWay) -> timedelta:
    """How long a special procedure takes: the longest the definition allows, else some days."""
    limits = [special.max for special in walk.spec.item(sub.item_id).decision.special if special.max]
    days = max((limit.n for limit in limits if limit.unit in ("day", "workday")), default=0)
    return timedelta(days=float(days)) if days else USUAL_PROCEDURE


def values_at(context: forms.Context, about: str) -> dict[str, Any]:
    """What is in the fields a notice names, as it would be typed again."""
    spec, found = context.spec, {}
    name = about.split(".")[-1]
    if not spec.has_field(name):
        return {}
    group = spec.group_of(name)
    rows = range(len(forms.rows_of(context.answers, group.id))) if group else ()
    places = [forms.Place(name, forms.Row(group.id, n)) for n in rows] if group else [forms.Place(name)]
    for place in places:
        value = forms.stored(context.answers, place)
        if value not in EMPTY:
            found[place.path] = list(value) if isinstance(value, list) else as_typed(spec.field(name), value)
    return found


def _change_plan(walk: Walk) -> bool:
    """Change the live plan once as soon as a department has accepted or decided something."""
    if not any(sub.accepted_at for sub in walk.subs):
        return False
    words = walk.script.replan
    values = {name: written(value) for name, value in words["values"].items()}
    replanning.change_plan(walk.case_id, str(words["change"]), values, by=walk.applicant.actor, reason="改期（核对用）")
    walk.aimed_at = str(words["change"])
    return True


# -- the four ---------------------------------------------------------------------------------------------------------


def _nothing(walk: Walk) -> None:
    return


def _refuse(walk: Walk) -> None:
    """The last item a department's system decides is refused; without one, the last at a worklist."""
    allocation = walk.spec.allocation
    allotted = allocation.item if allocation else None  # a run decides it, no department
    sub = _meant(walk) or _last(tuple(sub for sub in walk.subs if sub.item_id != allotted))
    walk.aimed_at = sub.item_id
    if sub.connect == "manual":
        walk.script = _with_desk(walk, sub.item_id, {"refuse": REFUSAL})
    else:
        reasons = [_reason(walk, sub, "reject", REFUSAL)]
        _behave(walk, sub, decide="reject", reasons=reasons)


def _supplement(walk: Walk) -> None:
    """The first department to look at the case asks for something it needs."""
    sub = _meant(walk) or _first(walk.subs)
    walk.aimed_at = sub.item_id
    reason = _reason(walk, sub, "supplement", "请核对后重新提交（核对用）")
    reason["about"] = walk.script.about or _something_needed(walk, sub, str(reason["about"] or ""))
    if sub.connect == "manual":
        walk.script = _with_desk(walk, sub.item_id, {"supplement": reason})
    else:
        _behave(walk, sub, decide="supplement", reasons=[reason])


def _withdraw(walk: Walk) -> None:
    """Nobody decides anything, so that all of it can be taken back."""
    walk.world.departments.tell("behaviour", bundle=walk.spec.code, decide="silence", accept_s=0, decide_s=1)


def _go_away(walk: Walk) -> None:
    """The first department's system to be called is away for some tries; where all are people, nothing can be."""
    systems = [sub for sub in walk.subs if sub.connect != "manual"]
    at_once = [sub for sub in systems if sub.state != "waiting"]
    sub = _meant(walk) or next(iter([*at_once, *systems]), None)
    if sub is not None and sub.connect != "manual":
        walk.aimed_at = sub.department
        faults = {"error503": True}
        walk.world.departments.tell("behaviour", dept=sub.department, on="all", times=OUTAGE_TRIES, faults=faults)


_PREPARED = {"refusal": _refuse, "supplement": _supplement, "withdrawal": _withdraw, "outage": _go_away}


def _meant(walk: Walk) -> UnderWay | None:
    return next((sub for sub in walk.subs if sub.item_id == walk.script.aim_at), None)


def _last(subs: tuple[UnderWay, ...]) -> UnderWay:
    return next((sub for sub in reversed(subs) if sub.connect != "manual"), subs[-1])


def _first(subs: tuple[UnderWay, ...]) -> UnderWay:
    at_once = [sub for sub in subs if sub.state != "waiting"]
    return next((sub for sub in at_once if sub.connect != "manual"), (at_once or subs)[0])


def _behave(walk: Walk, sub: UnderWay, **words: Any) -> None:
    item = walk.spec.item(sub.item_id)
    slow = {"decide_s": _held_s(walk, sub)} if _held_s(walk, sub) else {}
    walk.world.departments.tell("behaviour", bundle=walk.spec.code, item=item.id, accept_s=0, **slow, **words)


def _held_s(walk: Walk, sub: UnderWay) -> float:
    return HELD_S if takes_time(walk.spec.item(sub.item_id)) else 0.0


def _with_desk(walk: Walk, item_id: str, words: Mapping[str, Any]) -> Any:
    return replace(walk.script, desk={**walk.script.desk, item_id: words})


def _reason(walk: Walk, sub: UnderWay, kind: str, otherwise: str) -> dict[str, Any]:
    """The definition's own reason for this item where it has one."""
    reasons = getattr(walk.spec.reasons, kind)
    for reason in reasons:
        if reason.item == sub.item_id:
            return {"code": reason.code, "about": reason.about, "text": reason.zh}
    return {"code": "X01", "about": None, "text": otherwise}


def _something_needed(walk: Walk, sub: UnderWay, wanted: str) -> str:
    """What the definition's reason is about if the applicant can give it; else a field or a paper the item needs."""
    context = queries.context_of(walk.case)
    selection = forms.select(context)
    papers = [slot for slot in queries.slots_of(walk.case, context) if sub.item_id in slot.items and slot.options]
    names = [field for field in sorted(selection.fields) if _can_be_typed(context, field, sub.item_id)]
    if wanted in names or any(slot.material_id == wanted for slot in papers):
        return wanted
    return (names + [slot.material_id for slot in papers])[0]


def _can_be_typed(context: forms.Context, field_id: str, item_id: str) -> bool:
    field = context.spec.field(field_id)
    mine = item_id in context.spec.items_of_field(field_id)
    typed = values_at(context, field_id)
    locked = any(forms.is_locked(context.answers, path) for path in typed)
    return mine and bool(typed) and not locked and not field.system and not field.is_group
