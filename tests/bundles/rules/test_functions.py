"""Every function of the language, by tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bundles.rules import UNKNOWN, evaluate
from bundles.rules.functions import FUNCTIONS, ROW_TESTS
from bundles.rules.moments import SHANGHAI
from tests.bundles.rules.scopes import NOW, PlainScope

U = UNKNOWN
BORN = datetime(2026, 10, 30, 8, 15, 20, tzinfo=SHANGHAI)
ROWS = [{"no": "A1", "pay": Decimal("10.10")}, {"no": "A2", "pay": Decimal("0.20")}]
NAMES: dict[str, Any] = {
    "born": BORN,
    "day": date(2026, 10, 30),
    "iso": "2026-10-30",
    "iso_time": "2026-10-30T00:15:20Z",
    "bad": "2026-02-30",
    "kinds": ["name", "address"],
    "one": "name",
    "none_chosen": [],
    "n": 3,
    "price": 1000.1,
    "yes": True,
    "word": "云栈数字科技",
}
SCOPE = PlainScope(
    names=NAMES,
    facts={"api:POP_BASIC@mother.name": "林晓岚", "api:X@mother.none": None},
    results={"BIRTH_CERT.cert_no": "R350000001"},
    groups={"s_bill": ROWS, "empty": []},
    items=frozenset({"HUKOU"}),
    payments={"MI_PAY": True, "TAX": False},
    score=Decimal("72.5"),
    validator=lambda name, value: name == "mobile_cn" and value == "13800000001",
)

DATES = [
    ("today()", date(2026, 11, 21)),
    ("now()", NOW),
    ('date("2026-01-02")', date(2026, 1, 2)),
    ("date(born)", date(2026, 10, 30)),
    ("date(2026, 1, 2)", date(2026, 1, 2)),
    ('date("2026-1-2")', U),
    ("date(bad)", U),
    ("date(2026, 2, 30)", U),
    ("date(n)", U),
    ('age("350203199403186286")', 32),
    ('age("350221194612012194")', 79),
    ('age("43010420070915286x")', 19),
    ("age(day)", 0),
    ('age("1994-11-21")', 32),
    ('age("1994-11-22")', 31),
    ('age("350203199402301234")', U),
    ('age("3502031994")', U),
    ('age("2027-01-01")', U),
    ("age(n)", U),
    ("days(day, today())", 22),
    ("days(today(), day)", -22),
    ('days("2026-10-30T06:00:00+08:00", date("2026-10-31"))', Decimal("0.75")),
    ('days("2026-11-20T10:30:00+08:00", now())', 1),
    ("days(bad, today())", U),
    ("days(n, today())", U),
    ('hours(now(), "2026-11-21T12:30:00+08:00")', 2),
    ('hours(now(), "2026-11-21T12:30:00+08:00") >= 2', True),
    ('hours("2026-11-21", "2026-11-22")', 24),
    ('months("2026-01-15", "2026-11-14")', 9),
    ('months("2026-01-15", "2026-11-15")', 10),
    ('months("2026-11-15", "2026-01-15")', -10),
    ('months("2026-01-31", "2026-02-28")', 1),
    ('months("2026-01-31", "2026-02-27")', 0),
    ('months("1965-01-01", "1966-02-11")', 13),
    ('years("2000-02-29", "2026-02-28")', 26),
    ('years("2000-03-01", "2026-02-28")', 25),
    ('years(date("2029-01-01"), "2026-12-31")', -2),
    ("month_of(iso)", 10),
    ("month_of(born)", 10),
    ('add_days("2026-12-31", 1)', date(2027, 1, 1)),
    ("add_days(day, 0.5)", U),
    ("add_days(born, 0.5)", datetime(2026, 10, 30, 20, 15, 20, tzinfo=SHANGHAI)),
    ("add_days(day, 999999999)", U),
    ('add_months("2026-01-31", 1)', date(2026, 2, 28)),
    ('add_months("2024-02-29", 12)', date(2025, 2, 28)),
    ("add_months(day, -12)", date(2025, 10, 30)),
    ("add_months(day, 0 - 36)", date(2023, 10, 30)),
    ("add_months(day, 1.5)", U),
    ("add_months(day, 10000000)", U),
    ("add_months(born, 1)", datetime(2026, 11, 30, 8, 15, 20, tzinfo=SHANGHAI)),
]
COMPARED_DATES = [
    ("born == day", True),
    ("born <= day", True),
    ("born > day", False),
    ("day == iso", True),
    ("born == iso_time", True),
    ('born == "2026-10-30T08:15:20.900+08:00"', True),
    ('born < "2026-10-30T08:15:21+08:00"', True),
    ('born == "2026-10-30 08:15:20"', True),
    ('iso < "2026-10-31"', True),
    ('"2026-10-30T23:30:00+08:00" == "2026-10-30T15:30:00Z"', True),
    ('"2026-10-30T16:30:00Z" == date("2026-10-31")', True),
    ("born < now()", True),
    ("bad < today()", U),
    ("day in (iso, None)", True),
    ("max(day, today())", date(2026, 11, 21)),
    ("min(iso, today())", date(2026, 10, 30)),
    ("max(born, day)", BORN),
]
NUMBERS = [
    ("0.1 + 0.2", Decimal("0.3")),
    ("0.1 + 0.2 == 0.3", True),
    ("2 + 3 * 4", 14),
    ("7 / 2", Decimal("3.5")),
    ("-n + 1", -2),
    ("price * 0.01", Decimal("10.001")),
    ("1000000000000000000 * 10", U),
    ("1000000000000000000 * 1000000000000000000", U),
    ("round(2.5)", 3),
    ("round(-2.5)", -3),
    ("round(3.5)", 4),
    ("round(2.675, 2)", Decimal("2.68")),
    ("round(-0.005, 2)", Decimal("-0.01")),
    ("round(n, 2)", 3),
    ("round(1.5, 11)", U),
    ("round(1.5, -1)", U),
    ("round(word)", U),
    ("min(n, 2, 9)", 2),
    ("max(n, 2.5)", 3),
    ("max(n, word)", U),
    ("max(yes, 1)", U),
    ("abs(0 - n)", 3),
    ("abs(33.33 + 33.33 + 33.34 - 100) < 0.01", True),
    ("abs(word)", U),
]
TEXTS = [
    ("size(word)", 6),
    ("size(kinds)", 2),
    ("size(n)", U),
    ('"数字" in word', True),
    ('"数学" in word', False),
    ('"name" in kinds', True),
    ('has(kinds, "name")', True),
    ('has(kinds, "nam")', False),
    ('has(one, "name")', True),
    ('has(one, "nam")', False),
    ('has(none_chosen, "name")', False),
    ('not has(missing, "name")', U),
    ('has(n, "name")', U),
    ('intersects(kinds, ("x", "name"))', True),
    ('intersects(kinds, ("x", "y"))', False),
    ("intersects(kinds, one)", True),
    ("intersects(kinds, none_chosen)", False),
    ("intersects(kinds, missing)", U),
    ("kinds == kinds", True),
    ('kinds == ["name", "address"]', True),
    ('kinds == ["name"]', False),
    ('valid("mobile_cn", "13800000001")', True),
    ('valid("mobile_cn", "1")', False),
    ('valid("mobile_cn", missing)', U),
]
GROUPS = [
    ('count("s_bill")', 2),
    ('count("empty")', 0),
    ('total("s_bill.pay")', Decimal("10.30")),
    ('total("empty.pay")', 0),
    ('total("s_bill.missing")', U),
    ('total("s_bill.no")', U),
    ('distinct("s_bill.no")', True),
    ('distinct("empty.no")', True),
    ('distinct("s_bill.missing")', U),
    ('any_row("s_bill", "pay > 10")', True),
    ('any_row("s_bill", "pay > 11")', False),
    ('any_row("s_bill", "missing")', U),
    ('any_row("s_bill", "missing or pay < 1")', True),
    ('all_rows("s_bill", "pay > 10")', False),
    ('all_rows("s_bill", "pay > 0 and size(word) == 6")', True),
    ('all_rows("s_bill", "missing")', U),
    ('all_rows("s_bill", "missing and pay > 1")', False),
    ('any_row("empty", "pay > 0")', False),
    ('all_rows("empty", "pay > 0")', True),
    ("any_row(\"s_bill\", \"all_rows('s_bill', 'pay > 0')\")", True),
]
CASE = [
    ('fact("api:POP_BASIC@mother.name") == "林晓岚"', True),
    ('fact("api:X@mother.none") == None', True),
    ('result("BIRTH_CERT.cert_no") != None', True),
    ('fact("result:BIRTH_CERT.cert_no")', "R350000001"),
    ('selected("HUKOU")', True),
    ('selected("SBK")', False),
    ('paid("MI_PAY")', True),
    ('paid("TAX")', False),
    ('paid("OTHER")', U),
    ("points() >= 60", True),
    ("points(1) >= 60", True),
]


@pytest.mark.parametrize(("text", "expected"), DATES + COMPARED_DATES + NUMBERS + TEXTS + GROUPS + CASE)
def test_a_function_or_operator_gives(text: str, expected: object) -> None:
    found = evaluate(text, SCOPE)
    assert found is expected if isinstance(expected, bool) or expected is U else found == expected
    assert not (isinstance(found, bool) and not isinstance(expected, bool))


def test_every_function_stands_in_the_tables() -> None:
    texts = " ".join(text for text, _ in DATES + COMPARED_DATES + NUMBERS + TEXTS + GROUPS + CASE)
    assert not [name for name in FUNCTIONS if f"{name}(" not in texts]


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - ROW_TESTS))
def test_a_function_with_too_many_arguments_is_unknown(name: str) -> None:
    arguments = ", ".join(["1"] * (FUNCTIONS[name].most + 1))
    assert evaluate(f"{name}({arguments})", SCOPE) is UNKNOWN


@pytest.mark.parametrize("name", sorted(name for name, rule in FUNCTIONS.items() if rule.most and not rule.names))
def test_a_function_of_something_unknown_is_unknown(name: str) -> None:
    least = max(FUNCTIONS[name].least, 1)
    for place in range(least):
        arguments = ["missing" if n == place else "1" for n in range(least)]
        assert evaluate(f"{name}({', '.join(arguments)})", SCOPE) is UNKNOWN


def test_the_day_of_judgement_is_that_of_shanghai() -> None:
    scope = PlainScope(at=datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
    assert evaluate("today()", scope) == date(2026, 11, 21)
    assert evaluate('now() == "2026-11-21T01:00:00+08:00"', scope) is True


def test_a_duplicate_is_known_even_where_other_rows_are_not() -> None:
    rows = [{"no": "A"}, {}, {"no": "A"}]
    assert evaluate('distinct("g.no")', PlainScope(groups={"g": rows})) is False
    assert evaluate('distinct("g.no")', PlainScope(groups={"g": rows[:2]})) is UNKNOWN
    assert evaluate('distinct("g.no")', PlainScope(groups={"g": [{}]})) is True
    assert evaluate('distinct("g.no")', PlainScope(groups={"g": [{"no": "1"}, {"no": 1}]})) is UNKNOWN
