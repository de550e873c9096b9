"""Bound items (`bind`): filed together, in force together, or not at all (同时登簿).

An approval of one waits for the others; where one comes to nothing the others are called off and their
departments told. Source: `bind: {with: ITEM}` of an item; 民法典 第二百一十四条, 不动产登记暂行条例 第十四条 behind it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from bundles import queries
from bundles.spec import BundleSpec
from cases.actions.applying import withdrawal
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.supplementing import supplements
from cases.models import Case, HeldAnswer, SubApplication
from cases.ports import SYSTEM, Answer
from cases.states import SubState

BOUND = "bound"
NOTHING_SENT = frozenset({SubState.WAITING, SubState.READY})


def reason_to_hold(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer) -> str:
    """An approval waits until every item bound to it is approved, or waits for nothing but this one."""
    partners = partners_of(case, subs, sub)
    if not partners:
        return ""
    ready = set(
        HeldAnswer.objects.filter(sub__in=partners, released_at=None, reason=BOUND).values_list("sub_id", flat=True)
    )
    return "" if all(one.state == SubState.APPROVED or one.pk in ready for one in partners) else BOUND


def call_off_partners(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """One of them has come to nothing: so do the others that are not in force yet (任一不通过则都不办)."""
    if sub.state == SubState.APPROVED:
        return
    for partner in partners_of(case, subs, sub):
        if not partner.is_final:
            _call_off(case, subs, partner, because=sub)


def partners_of(case: Case, subs: Iterable[SubApplication], sub: SubApplication) -> list[SubApplication]:
    """The other sub-applications of the case that are bound to this one, directly or through others."""
    ids = bound_with(queries.version(case.bundle_version_id).spec, sub.item_id)
    return [one for one in subs if one.item_id in ids and one.pk != sub.pk and _same_row(one, sub)]


def bound_with(spec: BundleSpec, item_id: str) -> frozenset[str]:
    """The items of the same knot, the item itself among them; empty for an item that is bound to nothing."""
    pairs = [{item.id, item.bound_to} for item in spec.items if item.bound_to]
    knot: set[str] = set()
    grown = {item_id}
    while grown != knot:
        knot = grown
        grown = knot.union(*(pair for pair in pairs if pair & knot))
    return frozenset(knot) if len(knot) > 1 else frozenset()


def _same_row(one: SubApplication, other: SubApplication) -> bool:
    """Instances of the same group are bound row by row; otherwise all belong together."""
    if not one.row_group or one.row_group != other.row_group:
        return True
    return one.row_index == other.row_index


def _call_off(case: Case, subs: list[SubApplication], sub: SubApplication, *, because: SubApplication) -> None:
    spec = queries.version(case.bundle_version_id).spec
    text = f"捆绑事项未通过：“{spec.item(because.item_id).zh}”没有办成，两件须同时生效"
    sub.reasons = [{"code": BOUND, "about": because.item_id, "text": text}]
    if sub.state in NOTHING_SENT:
        sub.cancel(at=timezone.now())
    else:
        withdrawal.call_back(sub, text)
        sub.withdraw(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at", "reasons"])
    record(case, "item.called_off", by=SYSTEM, sub=sub, because=because.item_id)
    supplements.drop_points_of(case, sub)
    progress.became_final(case, subs, sub)
