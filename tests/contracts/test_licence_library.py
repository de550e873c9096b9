"""What every LicenceLibrary keeps to."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from cases.ports import GatewayError, LicenceLibrary, LicenceToKeep, Query
from integrations.http import Call, Reply, call_all, system_of
from integrations.licences.http import HttpLicenceLibrary
from integrations.models import RegisterCall
from tests.factories import library
from tests.factories.doubles import FakeLicences
from tests.factories.mock_process import MockProcess

LIN = library.person("林晓岚")
NOBODY = "110101190001010008"
PDF = b"%PDF-1.4 licence"


class Licences(Protocol):
    port: LicenceLibrary

    def silence(self) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.port = self.double = FakeLicences()
        face = {"name": LIN["name"], "id_no": LIN["id_no"]}
        self.double.put_licence("ID_CARD", LIN["id_no"], "ID_CARD-1", face, file_url="mem:1")
        self.double.files["GA", "mem:1"] = (PDF, "application/pdf")

    def silence(self) -> None:
        self.double.silent.add("*")


class OverTheWire:
    def __init__(self, process: MockProcess) -> None:
        self.port = HttpLicenceLibrary()
        self.process = process

    def silence(self) -> None:
        self.process.control("outage", dept="GA", seconds=60)


@pytest.fixture(params=["double", "wire"])
def licences(request: pytest.FixtureRequest) -> Any:
    if request.param == "double":
        yield InMemory()
        return
    process = request.getfixturevalue("connected")
    yield OverTheWire(process)
    process.control("outage", dept="GA", seconds=0)


def query(code: str = "ID_CARD", **holder: str) -> Query:
    return Query("licence", code, tuple(holder.items()), "新生儿出生一件事", "350200-XSECS-1", None, "7")


def test_a_licence_is_found_with_its_face_and_its_file(licences: Licences) -> None:
    (finding,) = licences.port.search([query(id_no=LIN["id_no"])], budget_s=3)
    assert finding.outcome == "found"
    licence = finding.records[0]
    assert licence["licence_id"] and licence["data"]["name"] == LIN["name"]
    content, media_type = licences.port.fetch("GA", licence["file_url"])
    assert content.startswith(b"%PDF-") and media_type == "application/pdf"


def test_who_holds_none_is_empty(licences: Licences) -> None:
    (finding,) = licences.port.search([query(id_no=NOBODY)], budget_s=3)
    assert (finding.outcome, finding.records) == ("empty", ())


def test_a_library_that_does_not_answer_is_unavailable(licences: Licences) -> None:
    licences.silence()
    (finding,) = licences.port.search([query(id_no=LIN["id_no"])], budget_s=1)
    assert (finding.outcome, finding.records) == ("unavailable", ())


@pytest.mark.parametrize("url", ["mem:none", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", ""])
def test_a_file_that_is_not_the_department_s_is_not_fetched(licences: Licences, url: str) -> None:
    with pytest.raises(GatewayError) as refused:
        licences.port.fetch("GA", url)
    assert refused.value.permanent


def kept(reference: str) -> LicenceToKeep:
    face = {"cert_no": "J350203-2026-000009", "male_name": LIN["name"], "male_id": LIN["id_no"]}
    return LicenceToKeep("MARRIAGE_CERT", {"id_no": NOBODY}, face, reference, "350200-XSECS-1")


def test_a_result_is_kept_once_and_found_by_its_holder(licences: Licences) -> None:
    first, again = licences.port.issue(kept("s/R/1")), licences.port.issue(kept("s/R/1"))
    assert first.licence_id == again.licence_id
    assert licences.port.issue(kept("s/R/2")).licence_id != first.licence_id
    (finding,) = licences.port.search([query("MARRIAGE_CERT", id_no=NOBODY)], budget_s=3)
    assert first.licence_id in {record["licence_id"] for record in finding.records}


@pytest.mark.parametrize("act", ["revoke", "supersede"])
def test_what_is_no_longer_valid_is_no_longer_offered(licences: Licences, act: str) -> None:
    old = licences.port.issue(kept(f"{act}/R/1"))
    for _ in range(2):
        getattr(licences.port, act)("MARRIAGE_CERT", old.licence_id, "由新的证照取代")
    (finding,) = licences.port.search([query("MARRIAGE_CERT", id_no=NOBODY)], budget_s=3)
    assert old.licence_id not in {record["licence_id"] for record in finding.records}


def test_a_library_that_is_down_may_be_told_again_later(licences: Licences) -> None:
    licences.silence()
    with pytest.raises(GatewayError) as waiting:
        licences.port.issue(LicenceToKeep("ID_CARD", {"id_no": NOBODY}, {"id_no": NOBODY}, "x/R/1", "1"))
    assert not waiting.value.permanent


def test_a_revoked_licence_is_not_offered(connected: MockProcess) -> None:
    port = HttpLicenceLibrary()
    (before,) = port.search([query("MARRIAGE_CERT", id_no=LIN["id_no"])], budget_s=3)
    assert before.outcome == "found"
    _revoke(connected, before.records[0]["licence_id"])
    (after,) = port.search([query("MARRIAGE_CERT", id_no=LIN["id_no"])], budget_s=3)
    assert after.outcome == "empty"


def _revoke(process: MockProcess, licence_id: str) -> None:
    """The department itself revokes."""
    system = system_of("MZ")
    assert system is not None
    body, path = b'{"reason": "test"}', f"/licences/{licence_id}/revoke"
    (reply,) = call_all([Call(system, "POST", path, "licences.revoke", body)], budget_s=3)
    assert isinstance(reply, Reply) and reply.status == 200


def test_a_search_leaves_a_row_of_the_trail(connected: MockProcess) -> None:
    HttpLicenceLibrary().search([query(id_no=LIN["id_no"])], budget_s=3)
    row = RegisterCall.objects.get()
    assert (row.kind, row.code, row.department, row.outcome) == ("licence", "ID_CARD", "GA", "found")


def test_every_kind_of_licence_can_be_searched(connected: MockProcess) -> None:
    company = next(iter(library.companies().values()))
    queries = [
        query(code, **({"id_no": LIN["id_no"]} if kind.holder == "person" else {"uscc": company["uscc"]}))
        for code, kind in library.registry().licences.items()
    ]
    findings = HttpLicenceLibrary().search(queries, budget_s=20)
    assert [(f.query.code, f.detail) for f in findings if f.outcome == "unavailable"] == []
