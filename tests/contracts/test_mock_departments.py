"""The mock departments are held to the same kit as anybody's."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from tests.contracts.programs import kit
from tests.factories import library
from tests.factories.mock_process import MASTER_SECRET, MockProcess

pytestmark = pytest.mark.timeout(300)
LIN = library.person("林晓岚")
FIELDS = (
    "--fields",
    '{"mother_live": "示例市思明区示例路1号"}',
    "--item",
    "XSECS.CARE_REG",
    "--matter",
    "parenting_guide",
)


def secret_of(dept: str) -> str:
    return hmac.new(MASTER_SECRET.encode(), dept.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def mock(mock_process: MockProcess) -> MockProcess:
    mock_process.control("reset", records=True)
    return mock_process


def run_kit(mock: MockProcess, dept: str, *words: str) -> set[str]:
    """The checks that were made; none of them may fail."""
    ran = kit(f"{mock.url}/departments/{dept}", *words, secret=secret_of(dept), dept=dept, key_id=f"{dept}-1")
    assert (ran.code, ran.broken) == (0, set()), ran.said + ran.complaints
    return ran.kept


def test_they_file_answer_and_call_back_by_the_contract(mock: MockProcess) -> None:
    mock.control("behaviour", dept="WJ", connect="api-callback", accept_s=0.05, decide_s=0.1, decide="approve")
    kept = run_kit(mock, "WJ", *FIELDS, "--callbacks", "0", "--wait", "6")
    assert {f"B{n}" for n in range(1, 11)} <= kept and {"L5", "L6", "L7", "O3"} <= kept


def test_they_decide_at_once_by_the_contract(mock: MockProcess) -> None:
    mock.control("behaviour", dept="WJ", connect="api-sync", accept_s=0, decide_s=0, decide="approve")
    assert {"F7", "O2", "L3", "L7"} <= run_kit(mock, "WJ", *FIELDS, "--only", "F", "O", "L", "--wait", "6")


def test_they_ask_for_supplements_by_the_contract(mock: MockProcess) -> None:
    mock.control("behaviour", dept="WJ", connect="api-sync", accept_s=0, decide_s=0, decide="supplement")
    assert run_kit(mock, "WJ", *FIELDS, "--only", "L1", "L2", "L4", "L5", "L6", "L8", "L9") >= {"L1", "L2", "L5"}


def test_their_registers_and_licences_keep_the_contract(mock: MockProcess) -> None:
    asked = {"code": "MARRIAGE_INFO", "inputs": {"name": LIN["name"], "id_no": LIN["id_no"]}, "conditional": True}
    kept = run_kit(mock, "MZ", "--only", "G", "--interface", json.dumps(asked))
    assert kept == {f"G{n}" for n in range(1, 7)}
    data = {"name": LIN["name"], "id_no": LIN["id_no"]}
    licence = {"code": "ID_CARD", "holder": {"id_no": LIN["id_no"]}, "data": data}
    assert run_kit(mock, "GA", "--only", "D", "--licence", json.dumps(licence)) == {f"D{n}" for n in range(1, 6)}
