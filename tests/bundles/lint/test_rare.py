"""A rare key of the wrong shape is a fault with its place, never a failure of the check itself."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from bundles.lint import lint
from tests.factories.library import codes, document, registry

Plant = Callable[[dict[str, Any]], object]
FAULTS: list[tuple[str, Plant, str, str]] = [
    ("GLJT", lambda d: d.update(recurring="每月发放"), "recurring", "应为键值对"),
    ("GLJT", lambda d: d["recurring"].update(pay="每月15日"), "recurring.pay", "键值对"),
    ("GLJT", lambda d: d["recurring"].update(stop_when={"id": "dead"}), "recurring.stop_when", "应为列表"),
    ("GLJT", lambda d: d["recurring"]["stop_when"][0].pop("expr"), "recurring.stop_when[dead]", "缺少 expr"),
    ("GLJT", lambda d: d["recurring"]["entitlement"].update(amount=100), "recurring.entitlement.amount", "文字"),
    ("GLJT", lambda d: d["recurring"]["entitlement"].pop("from"), "recurring.entitlement", "缺少 from"),
    ("GLJT", lambda d: d["recurring"]["pay"].update(day=[15]), "recurring.pay.day", "整数"),
    ("GLJT", lambda d: d["recurring"]["recheck"].update(day="十日"), "recurring.recheck.day", "整数"),
    ("GLJT", lambda d: d.update(variables=["x"]), "variables", "应为键值对"),
    ("JYRX", lambda d: d.update(schedule={"id": "apply"}), "schedule", "应为列表"),
    ("JYRX", lambda d: d.update(points=["积分"]), "points", "应为键值对"),
    ("JYRX", lambda d: d.update(dedupe="same child"), "dedupe", "应为键值对"),
    ("XSEYB", lambda d: d.update(instant=["60秒"]), "instant", "应为键值对"),
]


@pytest.mark.parametrize(("code", "plant", "path", "words"), FAULTS, ids=[fault[2] for fault in FAULTS])
def test_a_rare_key_of_the_wrong_shape_is_found_at_its_path(code: str, plant: Plant, path: str, words: str) -> None:
    broken = deepcopy(document(code))
    plant(broken)
    found = [(fault.severity, fault.path, fault.message) for fault in lint(broken, registry())]
    assert any(level == "error" and at == path and words in said for level, at, said in found), found


WRONG: tuple[Any, ...] = ("一句话", ["一句话"], {"x": 1}, 7)
RARE = (
    "variables joint_visit instant one_notice schedule dedupe unique points allocation recurring batch confirmation "
    "proactive match"
).split()


@pytest.mark.parametrize("key", RARE)
@pytest.mark.parametrize("value", WRONG, ids=["text", "list", "mapping", "number"])
def test_nothing_that_stands_under_a_rare_key_makes_the_check_fail(key: str, value: Any) -> None:
    for code in codes()[:3]:
        lint({**document(code), key: value}, registry())
