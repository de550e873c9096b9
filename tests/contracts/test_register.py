"""What every Register keeps to: found, empty and unavailable are three different things."""

from __future__ import annotations

import time
from typing import Any, Protocol

import pytest

from cases.ports import GatewayError, Query, Register
from integrations.models import RegisterCall
from integrations.registers.http import HttpRegister
from tests.factories import library
from tests.factories.doubles import FakeRegister
from tests.factories.mock_process import MockProcess

LIN, CHEN = library.person("林晓岚"), library.person("陈屿")
NOBODY = "110101190001010008"


class Registers(Protocol):
    port: Register

    def silence(self, code: str) -> None: ...
    def put(self, code: str, subject: str, *records: dict[str, Any]) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.port = self.double = FakeRegister()
        self.double.conditional = {c for c, i in library.registry().interfaces.items() if i.share == "conditional"}
        married = {"status": "20", "spouse_name": CHEN["name"], "spouse_id": CHEN["id_no"]}
        self.double.people = [
            {"name": p["name"], "id_no": p["id_no"], "phone": p["phone"]} for p in library.persons().values()
        ]
        self.double.put("MARRIAGE_INFO", LIN["id_no"], married)
        self.double.put("POP_BASIC", LIN["id_no"], {"match": True, "alive": True, "birth_date": LIN["birth_date"]})

    def silence(self, code: str) -> None:
        self.double.silent.add(code)

    def put(self, code: str, subject: str, *records: dict[str, Any]) -> None:
        self.double.put(code, subject, *records)


class OverTheWire:
    def __init__(self, process: MockProcess) -> None:
        self.port = HttpRegister()
        self.process = process

    def silence(self, code: str) -> None:
        self.process.control("behaviour", interface=code, faults={"hang_s": 20})

    def put(self, code: str, subject: str, *records: dict[str, Any]) -> None:
        self.process.control("register", code=code, key=subject, records=list(records))


@pytest.fixture(params=["double", "wire"])
def registers(request: pytest.FixtureRequest) -> Registers:
    return InMemory() if request.param == "double" else OverTheWire(request.getfixturevalue("connected"))


def query(code: str, *, consent_id: str | None = "7", **inputs: str) -> Query:
    return Query(
        "api", code, tuple(inputs.items()), "新生儿出生一件事", "350200-XSECS-20261121-000001-J", None, consent_id
    )


def test_a_record_is_found_with_what_the_register_says(registers: Registers) -> None:
    asked = query("MARRIAGE_INFO", name=LIN["name"], id_no=LIN["id_no"])
    (finding,) = registers.port.look_up([asked], budget_s=3)
    assert (finding.query, finding.outcome) == (asked, "found")
    (record,) = finding.records
    assert (record["spouse_name"], record["spouse_id"]) == (CHEN["name"], CHEN["id_no"])


def test_no_record_is_empty(registers: Registers) -> None:
    (finding,) = registers.port.look_up([query("MARRIAGE_INFO", name="无此人", id_no=NOBODY)], budget_s=3)
    assert (finding.outcome, finding.records) == ("empty", ())


def test_no_answer_in_time_is_unavailable_and_holds_up_nothing_else(registers: Registers) -> None:
    registers.silence("MARRIAGE_INFO")
    started = time.monotonic()
    silent, told = registers.port.look_up(
        [
            query("MARRIAGE_INFO", name=LIN["name"], id_no=LIN["id_no"]),
            query("POP_BASIC", name=LIN["name"], id_no=LIN["id_no"]),
        ],
        budget_s=1,
    )
    assert time.monotonic() - started < 2
    assert (silent.outcome, silent.records, told.outcome) == ("unavailable", (), "found")
    assert told.records[0]["match"] is True


def test_findings_come_in_the_order_of_the_queries(registers: Registers) -> None:
    queries = [
        query("POP_BASIC", name=LIN["name"], id_no=LIN["id_no"]),
        query("MARRIAGE_INFO", name="无此人", id_no=NOBODY),
        query("MARRIAGE_INFO", name=LIN["name"], id_no=LIN["id_no"]),
    ]
    findings = registers.port.look_up(queries, budget_s=3)
    assert [finding.query for finding in findings] == queries
    assert [finding.outcome for finding in findings] == ["found", "empty", "found"]


def test_several_records_are_told_one_by_one(registers: Registers) -> None:
    mother = library.person("林晓岚")["id_no"]
    twins = [{"order_no": n, "gender": "2", "hospital": "示例市妇幼保健院"} for n in (1, 2)]
    registers.put("DELIVERY_INFO", mother, *twins)
    (finding,) = registers.port.look_up([query("DELIVERY_INFO", mother_id=mother)], budget_s=3)
    assert [record["order_no"] for record in finding.records] == [1, 2]


def test_conditional_data_is_not_given_without_a_consent(registers: Registers) -> None:
    asked = query("MARRIAGE_INFO", name=LIN["name"], id_no=LIN["id_no"], consent_id=None)
    (finding,) = registers.port.look_up([asked], budget_s=3)
    assert (finding.outcome, finding.records) == ("unavailable", ())


def test_nothing_asked_is_nothing_found(registers: Registers) -> None:
    assert list(registers.port.look_up([], budget_s=3)) == []


def test_every_call_leaves_a_row_that_names_no_person(connected: MockProcess) -> None:
    queries = [
        query("MARRIAGE_INFO", name=LIN["name"], id_no=LIN["id_no"]),
        query("POP_BASIC", name="无此人", id_no=NOBODY),
    ]
    HttpRegister().look_up(queries, budget_s=3)
    rows = list(RegisterCall.objects.order_by("pk"))
    assert [(r.kind, r.code, r.department, r.outcome, r.consent_id) for r in rows] == [
        ("api", "MARRIAGE_INFO", "MZ", "found", "7"),
        ("api", "POP_BASIC", "GA", "empty", "7"),
    ]
    said = " ".join(str(value) for row in rows for value in vars(row).values())
    assert LIN["id_no"] not in said and LIN["name"] not in said and NOBODY not in said
    assert rows[0].case_no == "350200-XSECS-20261121-000001-J" and rows[0].purpose == "新生儿出生一件事"


def test_every_shipped_register_speaks_the_contract(connected: MockProcess) -> None:
    """What each interface of the catalogue answers about known people and bodies is found or empty, typed right."""
    company = next(iter(library.companies().values()))
    inputs = {"name": LIN["name"], "id_no": LIN["id_no"], "mother_id": LIN["id_no"], "uscc": company["uscc"]}
    queries = [
        query(code, **{name: inputs.get(name, "1") for name in interface.input})
        for code, interface in library.registry().interfaces.items()
    ]
    findings = HttpRegister().look_up(queries, budget_s=20)
    assert [(f.query.code, f.detail) for f in findings if f.outcome == "unavailable"] == []
    assert sum(finding.outcome == "found" for finding in findings) > 20


def everybody(port: Register, until: str) -> list[dict[str, Any]]:
    """All pages of the list of those born by a day."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        criteria = {"born_until": until}
        page = port.list_people("POP_BASIC", criteria, cursor=cursor, purpose="高龄津贴：主动比对", basis="duty:GLJT")
        found += [dict(record) for record in page.records]
        cursor = page.next_cursor
        if not cursor:
            return found


def test_a_list_of_people_comes_page_by_page_each_of_them_once(registers: Registers) -> None:
    found = everybody(registers.port, "1970-01-01")
    numbers = [one["id_no"] for one in found]
    assert len(numbers) == len(set(numbers)) > 2 and numbers == sorted(numbers)
    assert {library.person("郑老伯")["id_no"], library.person("黄阿婆")["id_no"]} <= set(numbers)
    assert all(one["id_no"][6:14] <= "19700101" and one["name"] and one["phone"] for one in found)


def test_a_list_without_a_basis_is_refused_for_good(registers: Registers) -> None:
    with pytest.raises(GatewayError) as refusal:
        registers.port.list_people("POP_BASIC", {"born_until": "1946-12-01"}, cursor="", purpose="x", basis="")
    assert refusal.value.permanent and refusal.value.status == 403


def test_a_list_that_is_not_answered_may_be_asked_again(registers: Registers) -> None:
    registers.silence("POP_BASIC")
    with pytest.raises(GatewayError) as silence:
        everybody(registers.port, "1946-12-01")
    assert not silence.value.permanent


def test_the_call_for_a_list_leaves_a_row_that_names_no_person(connected: MockProcess) -> None:
    everybody(HttpRegister(), "1946-12-01")
    row = RegisterCall.objects.get()
    assert (row.code, row.department, row.outcome, row.consent_id) == ("POP_BASIC", "GA", "found", "duty:GLJT")
