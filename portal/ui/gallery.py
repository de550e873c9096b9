"""Sample values for the gallery of components; people and numbers of the sample data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from portal.ui.fields import Choice, FieldView, Receiver
from portal.ui.flow import FlowEdge, FlowNode, FlowPicture, draw
from portal.ui.gallery_flow import big_case, long_plan, newborn_case, newborn_plan, three_items


def samples() -> dict[str, Any]:
    """Everything the gallery template shows, by section."""
    plain: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "gallery.yaml").read_text(encoding="utf-8"))
    fields = [_field(one) for one in plain.pop("fields")]
    return {**plain, "pictures": _pictures(), "fields": fields}


def _pictures() -> list[dict[str, Any]]:
    return [
        {"title": "事项图的状态", "note": "图标、文字、边框一起变，不只靠颜色", "picture": _every_state()},
        {"title": "只有三件事时", "note": "列少就靠左，不拉伸", "picture": three_items()},
        {"title": "七件事，办理中", "note": "", "picture": newborn_case()},
        {"title": "九件事，还没填", "note": "虚线框按情况才办", "picture": newborn_plan()},
        {"title": "十五件事，七步", "note": "一行放不下就接下一行", "picture": long_plan()},
        {"title": "二十一件事，十八件同时查", "note": "超过八件并排就收成一框", "picture": big_case()},
    ]


def _every_state() -> FlowPicture:
    rows = [
        ("done", "办好了", "WJ", "卫健", "办好 11-23", 1),
        ("gone", "已撤回", "CG", "城管", "11-24 撤回", 1),
        ("doing", "办理中", "GA", "公安", "已受理", 2),
        ("retry", "联系不上", "YB", "医保", "在重试", 2),
        ("you", "等您", "GA", "公安", "等您补 1 样", 3),
        ("wait", "排队", "RS", "人社", "等落户", 3),
        ("bad", "不予", "YB", "医保", "不予，看原因", 4),
        ("paused", "停表", "SW", "税务", "在公示", 4),
    ]
    nodes = [FlowNode(state, title, code, short, state, note, wave) for state, title, code, short, note, wave in rows]
    heads = {1: ("完", "办好、撤回"), 2: ("在办", "部门在看"), 3: ("等", "等人、等前一件"), 4: ("没成", "不予、停表")}
    edges = [FlowEdge("done", "doing"), FlowEdge("doing", "you"), FlowEdge("you", "bad")]
    return draw(nodes, edges, heads=heads, label="事项图状态示例")


def _field(plain: dict[str, Any]) -> FieldView:
    choices = tuple(Choice(**one) for one in plain.pop("choices", ()))
    receivers = tuple(Receiver(**one) for one in plain.pop("receivers", ()))
    return FieldView(**plain, choices=choices, receivers=receivers)
