"""Sample values for the gallery of components; people and numbers of the sample data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from portal.ui.fields import Choice, FieldView, Receiver
from portal.ui.flow import FlowEdge, FlowNode, FlowPicture, draw
from portal.ui.gallery_flow import big_case, long_plan, newborn_case, newborn_plan, three_items

WJ, GA, JK, YB, RS = (
    Receiver("WJ", "卫健"),
    Receiver("GA", "公安"),
    Receiver("JK", "疾控"),
    Receiver("YB", "医保"),
    Receiver("RS", "人社"),
)


PEOPLES = ("汉族", "回族", "满族", "蒙古族", "藏族", "壮族", "苗族", "畲族")


def samples() -> dict[str, Any]:
    """Everything the gallery template shows, by section."""
    plain: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "gallery.yaml").read_text(encoding="utf-8"))
    return {**plain, "pictures": _pictures(), "fields": _fields(), "choices": _choices()}


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


def _fields() -> list[FieldView]:
    hospital = "医院分娩记录，今天 21:06 取来"
    return [
        FieldView(
            "birth_time",
            "出生时间",
            "datetime",
            shown="2026年10月30日 03:42",
            locked=True,
            source=hospital,
            wrong_href="#main",
            receivers=(WJ, GA, JK, YB),
        ),
        FieldView("weeks", "出生孕周", "integer", "39", unit="周", source=hospital, receivers=(WJ, YB)),
        FieldView(
            "surname",
            "跟谁姓",
            "enum",
            receivers=(WJ, GA),
            choices=(Choice("f", "爸爸", chosen=True), Choice("m", "妈妈"), Choice("o", "其他")),
        ),
        FieldView(
            "child_name", "姓名", "text", "陈一诺", hint="规范汉字，不超过 6 个字。", receivers=(WJ, JK, GA, YB, RS)
        ),
        FieldView(
            "ethnic",
            "民族",
            "enum",
            choices=tuple(Choice(name, name) for name in PEOPLES),
            error="要和爸爸或妈妈一样。爸爸妈妈都是汉族，请选汉族。",
            receivers=(GA,),
        ),
        FieldView("b2_name", "姓名", "text", error="还没有填。名字没想好，就选“名字以后再定”，其他事先办。"),
        FieldView("id_no", "身份证号", "id_number", "350203199403186286", source="电子身份证，今天 21:06 取来"),
        FieldView("phone", "手机号", "phone", "13800000001"),
        FieldView("email", "电子邮箱", "email", required=False),
        FieldView("leave_from", "产假开始", "date", "2026-10-30"),
        FieldView("visit_at", "约的时间", "datetime", "2026-11-27T09:30"),
        FieldView("address", "现住址", "address", "思明区示例路 8 号 302 室", hint="结果寄到这里。"),
        FieldView("story", "情况说明", "longtext", required=False),
        FieldView("income", "上月工资", "money", "8,600.00", unit="元"),
        FieldView("area", "建筑面积", "number", "89.60", unit="平方米"),
        FieldView("account", "收款账号", "bank_card", "6299990000000010003", receivers=(YB,)),
        FieldView("plate", "车牌号", "plate", "闽DA0001"),
        FieldView("uscc", "统一社会信用代码", "uscc", "91350200MA9XA0016D"),
        FieldView(
            "region",
            "户口所在地",
            "region",
            choices=tuple(
                Choice(c, n)
                for c, n in (
                    ("350203", "思明区"),
                    ("350205", "海沧区"),
                    ("350206", "湖里区"),
                    ("350211", "集美区"),
                    ("350212", "同安区"),
                    ("350213", "翔安区"),
                    ("350221", "示例县"),
                    ("350222", "示例新区"),
                )
            ),
        ),
        FieldView("married", "父母已婚", "bool", choices=(Choice("true", "是", chosen=True), Choice("false", "否"))),
        FieldView(
            "papers",
            "想要的纸质件",
            "multi",
            choices=(Choice("cert", "出生医学证明", chosen=True), Choice("card", "社会保障卡", "制卡要 5 个工作日")),
        ),
        FieldView("scan", "户口簿照片", "file"),
    ]


def _choices() -> list[Choice]:
    return [
        Choice("employee", "职工医保（生育保险）", "单位缴，工资单上有“医疗保险”", "多办 1 件", chosen=True),
        Choice("resident", "城乡居民医保", "自己或家里按年缴", "多办 1 件"),
        Choice("other", "外地参保或没参保"),
    ]
