"""A department fetches the files of its own items by the link in the application, nobody else does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.actions.applying import drafting, filing, parties
from cases.actions.delivery import dispatch
from cases.actions.papers import materials
from cases.models import AccessRecord, Case, Material, Party
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.factories.papers import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture
def material(departments: FakeDepartments, register: FakeRegister, licences: FakeLicences) -> dict[str, Any]:
    """The discharge summary as it stands in the application that the insurance body receives."""
    newborn.fill_registers(register, licences)
    departments.say(item="BIRTH_CERT", result=newborn.RESULTS["BIRTH_CERT"])
    lin, chen = newborn.account(newborn.LIN, "lin"), newborn.account(newborn.CHEN, "chen")
    case = newborn.draft(lin)
    brought = Material.objects.get(case=case, material_id="M_DISCHARGE")
    materials.remove_file(case.pk, brought.pk, by=lin.actor)
    materials.upload(case.pk, "M_DISCHARGE", SimpleUploadedFile("out.pdf", PDF, "application/pdf"), by=lin.actor)
    drafting.refresh_prefill(case.pk)
    filing.submit_case(case.pk, by=lin.actor, client_key="press")
    for party in Party.objects.filter(case=case, state=Party.State.ASKED):
        parties.agree(party.pk, account=chen)
    dispatch.pump()
    bodies = [json.loads(parcel.body) for parcel in departments.parcels if parcel.department == "YB"]
    body = next(body for body in bodies if body["item"]["id"] == "MATERNITY_PAY")
    return next(entry for entry in body["materials"] if entry["id"] == "M_DISCHARGE")


def path_of(entry: dict[str, Any]) -> str:
    return "/callbacks/" + entry["url"].split("/callbacks/", 1)[1]


def test_the_link_gives_the_very_file_and_leaves_a_trace(material: dict[str, Any], client: Client) -> None:
    answer = client.get(path_of(material))
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer["Content-Disposition"] == "attachment"
    trace = AccessRecord.objects.get(case=Case.objects.get())
    assert (trace.actor_kind, trace.department, trace.what) == ("department", "YB", "material:M_DISCHARGE")


def test_the_link_of_one_department_is_nothing_to_another(material: dict[str, Any], client: Client) -> None:
    assert client.get(path_of(material).replace("/YB/", "/GA/")).status_code == 404


def test_a_made_up_link_is_nothing(material: dict[str, Any], client: Client) -> None:
    assert client.get(path_of(material)[:-3] + "abc").status_code == 404
    assert not AccessRecord.objects.exists()


def test_the_file_is_not_readable_where_it_lies(material: dict[str, Any]) -> None:
    stored = Material.objects.get(material_id="M_DISCHARGE")
    with open(stored.file.path, "rb") as file:
        assert b"Catalog" not in file.read()
