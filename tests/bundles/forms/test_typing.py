"""From what is typed to what is stored, by the type of the field."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bundles.forms.typed import SHANGHAI, Illtyped, accept, fault, read, stored_form
from bundles.rules import UNKNOWN
from bundles.spec import Field


def one(kind: str, **parts: Any) -> Field:
    return Field(id="x", zh="字段", en="Field", type=kind, required=True, **parts)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", "  陈屿 ", "陈屿"),
        ("id_number", "３５０２０３ 19921105 317x", "35020319921105317X"),
        ("uscc", "91350200ma9xa0016d", "91350200MA9XA0016D"),
        ("phone", "+86 138 0000 0001", "13800000001"),
        ("phone", "0592-1234567", "0592-1234567"),
        ("bank_card", "6299 9900 0000 0010 003", "6299990000000010003"),
        ("plate", "闽d·a0001", "闽DA0001"),
        ("email", " a@example.cn", "a@example.cn"),
        ("date", "2026-11-08", "2026-11-08"),
        ("date", "2026年11月8日", "2026-11-08"),
        ("date", "20261108", "2026-11-08"),
        ("date", "2026/11/8", "2026-11-08"),
        ("datetime", "2026-11-08T14:30", "2026-11-08T14:30:00+08:00"),
        ("datetime", "2026-11-08T06:30:00+00:00", "2026-11-08T14:30:00+08:00"),
        ("integer", "３９", 39),
        ("integer", "1,200", 1200),
        ("number", "0.1", "0.1"),
        ("money", "12,345.6", "12345.6"),
        ("bool", "true", True),
        ("bool", ["", "on"], True),
        ("bool", [""], None),
        ("multi", ["", "a", "b"], ["a", "b"]),
        ("multi", "a", ["a"]),
        ("text", "", None),
        ("region", "思明区", "思明区"),
    ],
)
def test_what_is_typed_is_kept_as(kind: str, typed: Any, kept: object) -> None:
    assert accept(one(kind), typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("id_number", "350203920318628", "15位"),
        ("id_number", "三五〇二", "数字和字母"),
        ("uscc", "91350200", "18位"),
        ("phone", "手机号", "只能是数字"),
        ("bank_card", "62", "12至19位"),
        ("date", "2026-02-30", "真实日期"),
        ("date", "2026-11", "真实日期"),
        ("datetime", "昨天", "时间格式"),
        ("integer", "3.5", "整数"),
        ("integer", "三十九", "数字"),
        ("number", "1e9", "数字"),
        ("number", "NaN", "数字"),
        ("money", "1.234", "两位小数"),
        ("bool", "也许", "是"),
        ("text", "字" * 501, "500"),
        ("text", "a\x00b", "无法显示"),
    ],
)
def test_what_is_not_of_the_type_says_what_to_type_instead(kind: str, typed: str, says: str) -> None:
    with pytest.raises(Illtyped) as problem:
        accept(one(kind), typed)
    assert says in problem.value.zh
    assert problem.value.en


@pytest.mark.parametrize(
    ("kind", "stored", "value"),
    [
        ("date", "2026-11-08", date(2026, 11, 8)),
        ("datetime", "2026-11-08T14:30:00+08:00", datetime(2026, 11, 8, 14, 30, tzinfo=SHANGHAI)),
        ("integer", 39, 39),
        ("number", "0.1", Decimal("0.1")),
        ("money", "12345.60", Decimal("12345.60")),
        ("bool", False, False),
        ("multi", ["a"], ["a"]),
        ("enum", "ID", "ID"),
    ],
)
def test_rules_work_with_typed_values_that_can_be_stored_again(kind: str, stored: object, value: object) -> None:
    assert read(one(kind), stored) == value
    assert stored_form(value) == stored


@pytest.mark.parametrize(
    ("kind", "stored"), [("integer", "三"), ("date", "x"), ("bool", "?"), ("multi", "a"), ("date", 5)]
)
def test_an_answer_of_the_wrong_type_is_unknown_to_rules_and_a_fault(kind: str, stored: object) -> None:
    assert read(one(kind), stored) is UNKNOWN
    assert fault(one(kind), stored) is not None


@pytest.mark.parametrize("stored", [None, "", []])
def test_no_answer_is_unknown_and_no_fault(stored: object) -> None:
    assert read(one("integer"), stored) is UNKNOWN
    assert fault(one("integer"), stored) is None


@pytest.mark.parametrize("dot", ["•", "‧", "・", "．", "."])
def test_the_dot_in_a_minority_name_may_be_typed_in_any_way(dot: str) -> None:
    named = one("text", rule="name_zh")
    assert accept(named, f"米热古丽{dot}阿不都热合曼") == "米热古丽·阿不都热合曼"


def test_full_width_brackets_of_a_case_number_stay() -> None:
    assert accept(one("text"), "（2026）闽02破12号") == "（2026）闽02破12号"
