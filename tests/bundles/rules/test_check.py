"""What lint finds in an expression."""

from __future__ import annotations

import pytest

from bundles.rules import Names, Problem, check, parse

NAMES = Names(
    names={"work_kind", "price", "kinds", "level"},
    groups={"staff": {"st_id", "st_birth"}, "owner": {"owner_name"}, "s_bill": {"pay"}},
    single={"owner"},
    options={"work_kind": {"owner", "worker"}, "kinds": {"name", "address"}, "st_id": {"a"}},
    registers={"api:POP_BASIC": {"match"}, "licence:ID_CARD": {"id_no"}},
    parties={"mother"},
    items={"HUKOU", "TAX"},
    results={"TAX": {"cert_no"}},
    validators={"id_gb11643"},
)

FAULTLESS = [
    'work_kind == "owner" and price > 3 or by_agent and channel == "window"',
    'work_kind in ("owner", None)',
    'has(kinds, "name") and intersects(kinds, ("name", "address"))',
    'all_rows("staff", "age(st_birth) >= 18 and price > 1 and valid(\'id_gb11643\', st_id)")',
    'fact("api:POP_BASIC@mother.match") and fact("licence:ID_CARD@mother.id_no") != None',
    'fact("result:TAX.cert_no") != None or result("TAX.cert_no") != None',
    'fact("account:name") == "林晓岚" or fact("field:price") > 1',
    'selected("HUKOU") and paid("TAX")',
    'total("s_bill.pay") > count("staff") and distinct("staff.st_id")',
    'owner_name != "x"',
    'all_rows("staff", "fact(\'api:POP_BASIC@row.match\')")',
    "size(staff) > 1",
    "round(price) + round(price, 2)",
]
FAULTS = [
    ("pricee > 3", "name"),
    ("st_id != None", "row"),
    ('any_row("s_bill", "st_id")', "row"),
    ('any_row("staff", "pricee > 1")', "name"),
    ('work_kind == "farmer"', "option"),
    ('"farmer" != work_kind', "option"),
    ('work_kind in ("owner", "farmer")', "option"),
    ("work_kind == 1", "option"),
    ('has(kinds, "nam")', "option"),
    ('intersects(kinds, ("nam",))', "option"),
    ('any_row("staff", "st_id == \'b\'")', "option"),
    ("age()", "arity"),
    ("days(price)", "arity"),
    ("today(1)", "arity"),
    ("foo(1)", "function"),
    ("price >", "syntax"),
    ("price ** 2", "node"),
    ("not " * 20 + "price", "depth"),
    ("price + " * 300 + "1", "size"),
    ("fact(price)", "argument"),
    ("selected(work_kind)", "argument"),
    ('fact("api:POP_BASICS@mother.match")', "fact"),
    ('fact("api:POP_BASIC@mother.matches")', "fact"),
    ('fact("api:POP_BASIC@father.match")', "fact"),
    ('fact("api:POP_BASIC@row.match")', "fact"),
    ('fact("http://example.org")', "fact"),
    ('fact("account:password")', "fact"),
    ('fact("field:pricee")', "fact"),
    ('fact("result:TAXES.cert_no")', "fact"),
    ('result("TAX.cert")', "result"),
    ('result("HUKOU.cert_no")', "result"),
    ('selected("HUKOUS")', "item"),
    ('paid("HUKOUS")', "item"),
    ('valid("id_gb", price)', "validator"),
    ('count("staffs")', "group"),
    ('any_row("staffs", "True")', "group"),
    ('total("s_bill.paid")', "column"),
    ('distinct("s_bills.pay")', "column"),
    ('total("s_bill")', "column"),
    ("points() > 60", "points"),
]


@pytest.mark.parametrize("text", FAULTLESS)
def test_a_faultless_expression_has_no_problem(text: str) -> None:
    assert check(text, NAMES) == []
    assert check(parse(text), NAMES) == []


@pytest.mark.parametrize(("text", "code"), FAULTS)
def test_a_fault_is_found_and_said_in_chinese(text: str, code: str) -> None:
    (problem,) = check(text, NAMES)
    assert problem.code == code
    assert any("\u4e00" <= sign <= "\u9fff" for sign in problem.message)
    assert 0 <= problem.position <= len(problem.text)


def test_a_name_of_the_row_may_be_used_bare_in_an_expression_of_that_row() -> None:
    row = Names(groups=NAMES.groups, registers=NAMES.registers, row="staff")
    assert check('st_id != None and fact("api:POP_BASIC@row.match")', row) == []
    assert [problem.code for problem in check("pay > 0", row)] == ["row"]


def test_points_may_be_asked_where_there_is_a_table() -> None:
    assert check("points() > 60", Names(points=True)) == []


def test_every_fault_is_told_with_its_place() -> None:
    problems = check('pricee > 1 and selected("X")', NAMES)
    assert [(problem.code, problem.position) for problem in problems] == [("name", 0), ("item", 24)]


def test_a_fault_in_a_row_condition_has_its_place_in_that_condition() -> None:
    assert check('price > 0 and all_rows("staff", "price > 0 and stt == 1")', NAMES) == [
        Problem("name", "没有名为 stt 的字段、情形或变量", 14, "price > 0 and stt == 1")
    ]
