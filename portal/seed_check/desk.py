"""Departments without a system: a member of staff takes the task, accepts it and decides, on the day it is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from bundles.spec import BundleSpec
from cases import queries
from cases.actions.desk import worklist
from cases.ports import Reason
from cases.queries.under_way import UnderWay
from portal.accounts.models import Account


def take(sub: UnderWay, *, by: Account) -> None:
    """Take a task and accept it."""
    task = worklist.take(sub.sub_id, by=by.actor, version=sub.version)
    worklist.accept(sub.sub_id, by=by.actor, version=task.version)


def decide(sub: UnderWay, spec: BundleSpec, words: Mapping[str, Any], *, by: Account) -> None:
    """Decide a task: refused, asked for a supplement, or approved with likely values and those of the scenario."""
    if words.get("refuse"):
        worklist.reject(sub.sub_id, [Reason("X01", "", str(words["refuse"]))], by=by.actor, version=sub.version)
    elif words.get("supplement"):
        asked = words["supplement"]
        reason = Reason(str(asked.get("code", "X02")), str(asked["about"]), str(asked.get("text", "请补充")))
        worklist.request_supplement(sub.sub_id, [reason], by=by.actor, version=sub.version)
    else:
        likely = likely_result(spec, sub.item_id)
        values = likely | {name: value for name, value in (words.get("result") or {}).items() if name in likely}
        worklist.approve(sub.sub_id, values, by=by.actor, version=sub.version)


def likely_result(spec: BundleSpec, item_id: str) -> dict[str, Any]:
    """A value of the right type for every field that the results of an item must carry."""
    found: dict[str, Any] = {}
    for result in spec.results_of(item_id):
        for name, (label, kind) in queries.declared_fields(result).items():
            found[name] = _likely(label, kind)
    return found


def _likely(label: str, kind: str) -> Any:
    today = timezone.localdate()
    usual: Mapping[str, Any] = {
        "list": [],
        "date": today.isoformat(),
        "datetime": timezone.localtime().isoformat(timespec="seconds"),
        "money": "100.00",
        "integer": 1,
        "number": "1",
        "bool": True,
        "id_number": "350203199403186286",
        "uscc": "91350200MA9XA0016D",
        "plate": "闽DA0001",
        "region": "350203",
        "address": "示例市思明区示例路1号",
        "bank_card": "6299990000000010003",
    }
    return usual.get(kind, f"示例{label}"[:40])
