"""The checker itself: silent about a right history, and loud about every broken variant of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.checker import CHECKS, Filed, Seen, faults_in
from tests.faults.mutants import MUTANTS, Mutant

NUMBER = "350200-XSECS-20260105-000001-2"
ITEMS = {"BIRTH_CERT": ("WJ", "cert_no", "R350000001"), "HUKOU": ("GA", "id_no", "350203202512120019")}


def right_history() -> Seen:
    """One case of two items: each filed once, decided once by callback, its result in hand."""
    return Seen(
        filed=(Filed("case-1", tuple(ITEMS)),),
        applications=tuple(application(item) for item in ITEMS),
        requests=tuple(request for item in ITEMS for request in (filing(item), question(item))),
        duplicate_effects=(),
        cases={"case-1": case()},
        results={"case-1": {"results": [result(item) for item in ITEMS]}},
        health={"ok": True, "due_deliveries": 0, "silent_rows": 0},
        known=("case-1",),
        answers={"answered": 3, "none": 1, "503": 1},
    )


def application(item: str) -> dict[str, Any]:
    dept, name, value = ITEMS[item]
    effects = ("filed", "accepted", "approved")
    return {
        "dept": dept,
        "key": f"key-{item}",
        "sub_id": f"sub-{item}",
        "receipt_no": f"{dept}-00000001",
        "item": item,
        "status": "approved",
        "result": {name: value, "issued_at": "2026-01-05T09:00:00+08:00", "paid_amount": "28600.00"},
        "body": {"case_no": NUMBER, "item": {"id": item, "instance": None}},
        "effects": [{"effect": effect} for effect in effects],
        "effect_counts": dict.fromkeys(effects, 1),
        "callbacks": [callback(item, status) for status in effects[1:]],
    }


def callback(item: str, status: str) -> dict[str, Any]:
    attempts = [{"kind": "forged", "status": 401}, {"kind": "genuine", "status": 200}]
    attempts += [{"kind": "duplicate", "status": 200}]
    return {"event_id": f"{item}-{status}", "status": status, "state": "delivered", "attempts": attempts}


def filing(item: str) -> dict[str, Any]:
    path = f"/departments/{ITEMS[item][0]}/applications"
    return {"method": "POST", "path": path, "key": f"key-{item}", "body": f'{{"item": "{item}"}}'}


def question(item: str) -> dict[str, Any]:
    path = f"/departments/{ITEMS[item][0]}/applications/key-{item}"
    return {"method": "GET", "path": path, "key": None, "body": ""}


def case() -> dict[str, Any]:
    kinds = ("item.dispatched", "item.accepted", "result.issued", "item.approved")
    steps = [{"kind": kind, "item_id": item} for item in ITEMS for kind in kinds]
    return {
        "number": NUMBER,
        "state": "concluded",
        "outcome": "all",
        "items": [shown(item) for item in ITEMS],
        "timeline": [{"kind": "case.concluded", "item_id": ""}, *steps],
    }


def shown(item: str) -> dict[str, Any]:
    dept = ITEMS[item][0]
    return {
        "sub_id": f"sub-{item}",
        "number": f"{NUMBER}-{item}",
        "item_id": item,
        "instance": "",
        "dept_code": dept,
        "state": "approved",
        "receipt_no": f"{dept}-00000001",
    }


def result(item: str) -> dict[str, Any]:
    _, name, value = ITEMS[item]
    values = [{"name": name, "value": value}, {"name": "issued_at", "value": "2026-01-05 09:00"}]
    values.append({"name": "paid_amount", "value": "28,600.00"})
    return {"result_id": f"R_{item}", "item_id": item, "instance": "", "values": values}


def test_a_right_history_has_no_faults() -> None:
    assert faults_in(right_history()) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.check}: {mutant.what}")
def test_a_broken_variant_is_noticed_by_its_check(mutant: Mutant) -> None:
    noticed = {fault.partition(":")[0] for fault in faults_in(mutant.of(right_history()))}
    assert mutant.check in noticed


def test_every_check_has_a_broken_variant() -> None:
    assert {mutant.check for mutant in MUTANTS} == set(CHECKS)
