"""The conformance kit: it passes who keeps the contract, and names what each broken department breaks."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from integrations.conformance.checks import CHECKS
from integrations.conformance.line import Line, NoReply
from integrations.conformance.listener import Listener
from integrations.conformance.portal import Portal, Sample
from integrations.conformance.report import Verdict, sentences
from integrations.conformance.run import run
from integrations.conformance.signing import Key
from tests.contracts import mutants_afterwards  # noqa: F401  (puts its mutants on the list)
from tests.contracts.mutants import MUTANTS
from tests.contracts.well_behaved import DEPT, KEY_ID, LIN, SECRET, WellBehaved

HOLDER = {"id_no": LIN}
LIVES = {"mother_live": "示例市思明区示例路1号"}


@contextmanager
def kit_for(department: WellBehaved, *, wait_s: float = 3.0) -> Iterator[Portal]:
    """The kit, pointed at a department that runs meanwhile."""
    listener = Listener("127.0.0.1", 0, DEPT)
    listener.open()
    try:
        yield Portal(
            line=Line(department.start()),
            dept=DEPT,
            key=Key(KEY_ID, SECRET),
            sample=Sample(
                fields=LIVES,
                procedure=LIVES | {"inspect": True},
                corrected=LIVES | {"later": "corrected"},
                revoked=LIVES | {"later": "revoked"},
            ),
            wait_s=wait_s,
            listener=listener,
            interface={"code": "POP_BASIC", "inputs": {"id_no": LIN}, "conditional": True},
            licence={"code": "ID_CARD", "holder": HOLDER, "data": {"id_no": LIN}},
        )
    finally:
        department.stop()
        listener.close()


def verdicts_of(department: WellBehaved, only: Sequence[str] = (), **options: Any) -> dict[str, Verdict]:
    with kit_for(department, **options) as portal:
        return {one.id: one for one in run(portal, only)}


@pytest.mark.parametrize("is_sync", [False, True])
def test_who_keeps_the_contract_passes_every_check(is_sync: bool) -> None:
    department = WellBehaved()
    department.is_sync = is_sync
    verdicts = verdicts_of(department)
    assert {one.id: one.seen for one in verdicts.values() if one.outcome == "fail"} == {}
    skipped = {one.id for one in verdicts.values() if one.outcome == "skip"}
    nothing_to_call_back = {*(f"B{number}" for number in range(1, 10)), "P1", "P2", "P3"}
    assert skipped == {"S12"} | (nothing_to_call_back if is_sync else set())


@pytest.mark.parametrize(("check", "mutant"), MUTANTS, ids=[f"{check}-{mutant.__name__}" for check, mutant in MUTANTS])
def test_a_department_that_breaks_a_sentence_is_caught_by_its_check(check: str, mutant: type[WellBehaved]) -> None:
    department = mutant()
    department.kept({"holder": HOLDER, "data": {}, "reference": "an earlier one"})
    found = verdicts_of(department, [check], wait_s=1.5)[check]
    assert found.outcome == "fail" and found.seen, found


def test_every_check_has_a_mutant_and_its_sentences() -> None:
    ids = [check.id for check in CHECKS]
    assert len(ids) == len(set(ids)) and set(ids) == set(sentences())
    assert set(ids) - {check for check, _ in MUTANTS} == {"S12"}
    for says in sentences().values():
        assert set(says) == {"zh", "en", "do_zh", "do_en"} and all(says.values())


class RotatesKeys(WellBehaved):
    """Signs with one key and hears two."""

    def is_known(self, key_id: str | None) -> bool:
        return key_id in {KEY_ID, "WJ-10"}


@pytest.mark.parametrize(("department", "outcome"), [(RotatesKeys(), "pass"), (WellBehaved(), "fail")])
def test_a_second_key_is_checked_where_it_is_given(department: WellBehaved, outcome: str) -> None:
    with kit_for(department) as portal:
        portal.second_key = Key("WJ-10", SECRET)
        (verdict,) = run(portal, ["S12"])
    assert verdict.outcome == outcome


@pytest.mark.parametrize("first", [b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"], ids=["head", "body"])
def test_who_drips_its_answer_is_not_waited_for_for_ever(first: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()
        threading.Thread(target=_drip, args=(server, first, ended), daemon=True).start()
        started = time.monotonic()
        found = Line(f"http://127.0.0.1:{server.getsockname()[1]}", total_s=1.0).send("GET", "/applications/x", {})
        ended.set()
    assert isinstance(found, NoReply) and time.monotonic() - started < 5


def _drip(server: socket.socket, first: bytes, ended: threading.Event) -> None:
    line, _ = server.accept()
    with line, suppress(OSError):
        line.sendall(first)
        while not ended.wait(0.1):
            line.sendall(b"x")
