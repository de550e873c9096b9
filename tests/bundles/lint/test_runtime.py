"""Keys of running cases that name what does not exist are found before anybody applies."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from bundles.lint import lint
from bundles.spec import dump, load
from tests.factories.library import document, registry


def changed(code: str, key: str, **other: Any) -> dict[str, Any]:
    found = deepcopy(document(code))
    return {**found, key: {**found[key], **other}}


@pytest.mark.parametrize(
    ("code", "key", "other", "path"),
    [
        ("CYKB", "joint_visit", {"items": ["FOOD", "NOTHING"]}, "joint_visit.items"),
        ("CYKB", "joint_visit", {"lead": "NOBODY"}, "joint_visit.lead"),
        ("QYPC", "reply", {"verdict": [["yes", "有"], ["no", "无"]]}, "reply.verdict"),
        ("QYPC", "merge", {"item": "NOTHING"}, "merge.item"),
    ],
)
def test_what_does_not_exist_is_found(code: str, key: str, other: dict[str, Any], path: str) -> None:
    assert path in {fault.path for fault in lint(changed(code, key, **other), registry())}


def test_a_reply_is_read_and_written_back() -> None:
    spec = load(document("QYPC"))
    assert spec.reply is not None and spec.reply.remind is not None
    assert dict(spec.reply.choices) == {
        "conclusion": (("found", "查有"), ("none", "查无"), ("partial", "部分查得"), ("unable", "无权限或无法查询"))
    }
    assert spec.reply.remind.before is not None and spec.reply.remind.before.n == 1
    assert dump(spec) == document("QYPC")
