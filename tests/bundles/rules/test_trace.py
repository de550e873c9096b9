"""What an evaluation read, for the why and for the supplement."""

from __future__ import annotations

from bundles.rules import UNKNOWN, Reading, evaluate, unanswered
from tests.bundles.rules.scopes import NOW, DefiningScope, PlainScope


def read(text: str, scope: PlainScope) -> list[Reading]:
    trace: list[Reading] = []
    evaluate(text, scope, trace)
    return trace


def test_the_trace_holds_each_thing_read_once_with_its_value() -> None:
    scope = PlainScope(
        names={"price": 100}, facts={"api:X@y.z": None}, items=frozenset({"TAX"}), payments={"TAX": True}
    )
    known = 'price > 5 and price < 500 and fact("api:X@y.z") == None'
    text = known + ' and selected("TAX") and paid("TAX") and now() == now()'
    assert read(text, scope) == [
        Reading("name", "price", 100),
        Reading("fact", "api:X@y.z", None),
        Reading("selected", "TAX", True),
        Reading("paid", "TAX", True),
        Reading("now", "", NOW),
    ]


def test_what_was_not_needed_was_not_read() -> None:
    assert [reading.key for reading in read("a or b", PlainScope(names={"a": True}))] == ["a"]


def test_a_name_read_in_a_row_has_the_path_of_the_answer() -> None:
    scope = PlainScope(groups={"vehicles": [{"plate": "闽DA0001"}, {}]})
    trace = read('all_rows("vehicles", "plate != \'闽DA0002\'")', scope)
    assert [(reading.kind, reading.path) for reading in trace] == [
        ("rows", "vehicles"),
        ("name", "vehicles.0.plate"),
        ("name", "vehicles.1.plate"),
    ]
    assert unanswered(trace) == ("vehicles.1.plate",)


def test_the_unanswered_fields_are_told_apart_from_silent_registers() -> None:
    trace = read('fact("api:X@y.z") == buyer_id', PlainScope())
    assert {reading.value for reading in trace} == {UNKNOWN}
    assert unanswered(trace) == ("buyer_id",)


def test_an_unanswered_cell_of_a_column_has_the_path_of_the_answer() -> None:
    trace = read('total("s_bill.pay") > 1', PlainScope(groups={"s_bill": [{"pay": 1}, {}]}))
    assert unanswered(trace) == ("s_bill.1.pay",)


def test_a_variable_is_traced_after_what_it_read() -> None:
    scope = DefiningScope(names={"n": 2}, definitions={"v": "n * 2"})
    assert read("v > 3 and v < 9", scope) == [Reading("name", "n", 2), Reading("variable", "v", 4)]


def test_a_validator_is_traced_without_the_value_it_judged() -> None:
    scope = PlainScope(names={"id_no": "350203199403186286"}, validator=lambda name, value: True)
    assert Reading("valid", "id_gb11643", True) in read('valid("id_gb11643", id_no)', scope)
