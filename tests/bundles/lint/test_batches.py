"""Planted faults in schedules, claims, points, allocation and stages are found with their path."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from bundles.lint import lint
from tests.factories.library import document, registry

Plant = Callable[[dict[str, Any]], object]
FAULTS: list[tuple[str, Plant, str, str]] = [
    ("JYRX", lambda d: d["schedule"][1].update({"from": "5-10"}), "schedule[apply].from", "月-日"),
    ("JYRX", lambda d: d["dedupe"].update(key=["nobody"]), "dedupe.key", "没有字段 nobody"),
    ("JYRX", lambda d: d["dedupe"].update(scope="for_ever"), "dedupe.scope", "for_ever"),
    ("CBJCG", lambda d: d["unique"]["overlap"].update(field="nobody"), "unique.overlap.field", "没有字段"),
    ("JYRX", lambda d: d["points"].update(item="NOPE"), "points.item", "没有事项 NOPE"),
    ("JYRX", lambda d: d["points"]["groups"][0].pop("rules"), "points.groups[work]", "缺少 rules"),
    ("JYRX", lambda d: d["points"]["tie_break"][0].update(order="up"), "points.tie_break[0].order", "up"),
    ("JYRX", lambda d: d["allocation"].update(choice_fields=["nobody"]), "allocation.choice_fields", "没有字段"),
    ("JYRX", lambda d: d["allocation"].update(not_placed="J99"), "allocation.not_placed", "J99"),
    ("JYRX", lambda d: d["allocation"]["result"].update(colour="@choice"), "allocation.result", "colour"),
    ("JYRX", lambda d: d["allocation"]["groups"][0].update(expr="nope == 1"), "allocation.groups[policy].expr", "nope"),
    ("JYRX", lambda d: d["allocation"]["result"].update(school="nope"), "allocation.result.school", "nope"),
    (
        "GCJS",
        lambda d: d["stages"][1].update(open_when='fact("result:CONSTR_PERMIT.permit_no") != None'),
        "stages[ST2].open_when",
        "CONSTR_PERMIT",
    ),
]


@pytest.mark.parametrize(
    ("code", "plant", "path", "words"), FAULTS, ids=[fault[2] + "-" + fault[3] for fault in FAULTS]
)
def test_a_planted_fault_is_found_at_its_path(code: str, plant: Plant, path: str, words: str) -> None:
    broken = deepcopy(document(code))
    plant(broken)
    found = [(fault.severity, fault.path, fault.message) for fault in lint(broken, registry())]
    assert any(level == "error" and at == path and words in said for level, at, said in found), found


def test_an_allocation_in_prose_alone_is_a_warning() -> None:
    broken = deepcopy(document("JYRX"))
    broken["allocation"] = {"run": "once_per_batch", "order": ["policy"]}
    found = [fault for fault in lint(broken, registry()) if fault.path == "allocation"]
    assert [fault.severity for fault in found] == ["warning"]
