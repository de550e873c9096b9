"""Money: two places, half away from zero, shares that add up; a table finds its own question."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundles.forms.fees import adds_up, chooser_of, fee_paths, money, pays_itself, share
from bundles.lint import lint
from bundles.spec import load
from tests.factories import library, toll

TABLE = {"kind": "table", "rows": [["official", 60], ["finance", 30]], "when": "before_delivery"}


@pytest.mark.parametrize(
    ("value", "amount"),
    [(2.675, "2.68"), (Decimal("0.005"), "0.01"), (Decimal("0.004"), "0.00"), (400, "400.00"), (Decimal(-1), None)],
)
def test_money_has_two_places_half_away_from_zero(value: Any, amount: str | None) -> None:
    assert money(value) == (Decimal(amount) if amount else None)


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.integers(1, 50))
def test_shares_of_an_amount_add_up_to_it(total: Decimal, parts: int) -> None:
    shares = [share(total, parts, position) for position in range(parts)]
    assert sum(shares) == total and min(shares) >= 0


def item_of(fee: Any, **more: Any) -> Any:
    return load(toll.document(fee, **more)).item("FIRST")


def test_only_a_formula_over_the_own_rows_is_a_sum_for_all() -> None:
    instances = {"group": "s_member", "by": "mb_name"}
    by_head = {"kind": "formula", "expr": 'count("s_member") * 400', "when": "after"}
    assert adds_up(item_of(by_head, instances=instances))
    assert not adds_up(item_of(by_head))
    assert not adds_up(item_of({**by_head, "expr": "area * 2"}, instances=instances))


def test_a_rule_that_waits_for_its_own_payment_is_found() -> None:
    fee = {"kind": "fixed", "amount": 1, "when": "before_decision"}
    rule = {"id": "A1", "zh": "到账", "expr": 'paid("FIRST")', "fail": "wait"}
    assert pays_itself(item_of(fee, decision={"kind": "auto", "rules": [rule]}))
    assert not pays_itself(item_of(fee, decision={"kind": "assist", "rules": [rule]})), "advice waits for nothing"
    assert not pays_itself(item_of(fee))


def test_the_registers_behind_a_fee_are_found_through_variables() -> None:
    document = toll.document({"kind": "formula", "expr": "short * 2", "when": "after"})
    document["variables"] = {"short": {"zh": "差额", "expr": 'fact("api:MI_PERSON@owner.months_total")'}}
    spec = load(document)
    assert fee_paths(spec, spec.item("FIRST").fee) == ("api:MI_PERSON@owner.months_total",)


def test_a_table_without_rows_by_takes_the_only_field_that_fits() -> None:
    spec = load(toll.document(TABLE))
    assert chooser_of(spec, library.registry(), spec.item("FIRST")) == "kinds"


@pytest.mark.parametrize(
    ("fee", "path", "severity"),
    [
        ({**TABLE, "rows_by": "nothing"}, "rows_by", "error"),
        ({**TABLE, "rows_by": "area"}, "rows_by", "error"),
        ({**TABLE, "rows": [["official"]]}, "rows", "error"),
        ({**TABLE, "rows": [["official", -1]]}, "rows", "error"),
        ({**TABLE, "rows": [["gold", 10]], "rows_by": "kinds"}, "rows", "warning"),
        ({**TABLE, "rows": [["gold", 10]]}, "rows_by", "warning"),
        ({"kind": "fixed", "amount": -5, "when": "after"}, "amount", "error"),
        ({"kind": "fixed", "amount": 5, "when": "after", "within": {"n": 3, "unit": "day"}}, "within", "warning"),
    ],
)
def test_what_is_wrong_with_a_fee_is_named_with_its_path(fee: Any, path: str, severity: str) -> None:
    faults = lint(toll.document(fee), library.registry())
    assert [fault.severity for fault in faults if fault.path == f"items[FIRST].fee.{path}"] == [severity]


def test_every_table_of_the_shipped_bundles_says_what_chooses_its_rows() -> None:
    tables = [item.fee for code in library.codes() for item in library.spec(code).items if item.fee.kind == "table"]
    assert tables and all(fee.rows_by for fee in tables)
