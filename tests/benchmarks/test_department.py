"""The departments of the benchmark notice every way in which work can be done wrongly."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from benchmarks.department import Account, Departments
from benchmarks.work import DEPENDS, ITEMS, compact, filing, flows_on, ready


def file(account: Account, item: str, upstream: dict[str, Any], key: str = "", case_no: str = "1") -> dict[str, Any]:
    body = filing(item, case_no=case_no, sub_application_id=f"{case_no}:{item}", upstream=upstream, callback_url="")
    entry = account.take_in(key or f"{case_no}:{item}", compact(body))
    entry["decided"] = True
    return entry


def whole_case(account: Account) -> None:
    upstream: dict[str, Any] = {}
    for item in ITEMS:
        upstream |= flows_on(item, file(account, item, upstream)["answer"]["result"])


def test_a_case_in_order_is_whole_and_without_fault() -> None:
    account = Account()
    whole_case(account)
    found = account.summary()
    assert (found["whole_cases"], found["filed"]) == (1, 7)
    assert not (found["doubled"] or found["early"] or found["without_upstream"] or found["repeated"])


def test_an_item_asked_for_under_a_second_key_is_doubled_and_under_the_same_key_repeated() -> None:
    account = Account()
    file(account, "A", {})
    file(account, "A", {})
    assert (account.repeated, account.doubled) == (1, [])
    file(account, "A", {}, key="another")
    assert account.doubled == ["1 A"]


def test_an_item_before_what_it_waits_for_is_early() -> None:
    account = Account()
    file(account, "D", {})
    assert account.early == ["1 D before A"]


def test_a_body_without_what_the_earlier_department_said_is_noticed() -> None:
    account = Account()
    file(account, "A", {})
    file(account, "D", {"A": {"no_a": "something else"}})
    assert account.without_upstream == ["1 D lacks A"]


def test_a_filing_is_about_a_kilobyte_and_an_answer_half_of_one() -> None:
    account = Account()
    entry = file(account, "A", {}, case_no="0123456789abcdef" * 2)
    assert 1000 <= account.bytes_in <= 1300
    assert 400 <= len(compact(entry["answer"])) <= 600


def test_in_callback_mode_the_first_answer_decides_nothing() -> None:
    async def ask() -> tuple[int, bytes, float]:
        departments = Departments((10.0, 10.0), "secret", {})
        body = filing("A", case_no="1", sub_application_id="1:A", upstream={}, callback_url="http://127.0.0.1:1/")
        return departments.answer("POST", "/departments/N1/applications", {b"idempotency-key": b"k"}, compact(body))

    status, told, _ = asyncio.run(ask())
    assert (status, json.loads(told)["status"]) == (202, "received")


def test_what_is_ready_follows_the_edges() -> None:
    assert ready((), ()) == ["A", "B", "C"]
    assert ready("A", "ABC") == ["D"]
    assert ready("ABC", "ABCD") == ["E", "F"]
    assert ready("ABCDEF", "ABCDEF") == ["G"] and set(DEPENDS["G"]) == {"D", "E", "F"}
