"""Callers of the API: everybody with a token of their own; registers that know the family."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from portal.accounts.models import Account, ApiToken, Role
from portal.demo import walk
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.factories.library import person

API = "/api/v1"


@dataclass
class Caller:
    """Somebody with a bearer token; without one, nobody."""

    token: str = ""

    def __post_init__(self) -> None:
        self._client = Client()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer; `body` is sent as JSON, bytes are sent as they are."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self._client.generic(method, API + path, data, "application/json", headers=headers)

    def get(self, path: str) -> Any:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.send("PATCH", path, body)

    def upload(self, path: str, slot: str) -> Any:
        """The answer to a scanned paper for the slot."""
        body = {"slot": slot, "how": "upload", "file": newborn.scan()}
        return self._client.post(API + path, body, headers={"Authorization": f"Bearer {self.token}"})


def caller(account: Account) -> Caller:
    return Caller(ApiToken.issue(account, "test"))


def staff(username: str, role: str, department: str = "") -> Account:
    return Account.objects.create_user(username, "a-long-password", role=role, name=username, department=department)


@pytest.fixture(autouse=True)
def known_family(register: FakeRegister, licences: FakeLicences, departments: FakeDepartments) -> None:
    newborn.fill_registers(register, licences)
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)


@pytest.fixture
def lin(db: None) -> Caller:
    return caller(newborn.account(newborn.LIN, "lin"))


@pytest.fixture
def chen(db: None) -> Caller:
    return caller(newborn.account(newborn.CHEN, "chen"))


@pytest.fixture
def everybody_else(db: None) -> dict[str, Caller]:
    """Everybody a case of 林晓岚 is no business of."""
    of_departments = {"clerk": (Role.CLERK, "SJ"), "teacher": (Role.STAFF, "JY"), "officer": (Role.STAFF, "GA")}
    others = {"admin": (Role.ADMINISTRATOR, ""), "supervisor": (Role.SUPERVISOR, ""), "firm": (Role.COMPANY, "")}
    found = {name: caller(staff(name, *place)) for name, place in (of_departments | others).items()}
    return found | {"stranger": caller(newborn.account(person("王建国"), "stranger"))}


def filled(lin: Caller, *, owes: bool = False) -> Mapping[str, Any]:
    """The demonstration's newborn draft, typed in through the API; `owes`: what may come later comes later."""
    plan = walk.scenario("XSECS")
    begin = {"bundle": "XSECS", "guidance": plan["guidance"], "channel": plan["channel"], "sensitive": True}
    draft = lin.post("/drafts/", begin).json()
    birth = newborn.birth_time()
    typed = {**plan["fields"], "leave_from": birth.date().isoformat(), "father_name": "陈屿"}
    typed |= {
        "father_id": newborn.CHEN["id_no"],
        "head_id": newborn.LIN["id_no"],
        "bank_card": newborn.LIN["bank_card"],
    }
    typed |= {"s_child.0.birth_time": birth.strftime("%Y-%m-%dT%H:%M"), "s_child.0.gender": "2"}
    typed |= {"s_child.0.gest_weeks": 39, "s_child.0.hospital": "示例市妇幼保健院"}
    draft = lin.patch(f"/drafts/{draft['id']}/", {"fields": typed}).json()
    papers = f"/drafts/{draft['id']}/materials/"
    for slot in draft["materials"]:
        if slot["state"] == "open" and owes and "defer" in slot["options"]:
            draft = lin.post(papers, {"slot": slot["slot"], "how": "defer"}).json()
        elif slot["state"] == "open" and "upload" in slot["options"]:
            draft = lin.upload(papers, slot["slot"]).json()
    found: Mapping[str, Any] = draft
    return found


def submitted(lin: Caller, chen: Caller, *, owes: bool = False) -> Mapping[str, Any]:
    """Handed in by 林晓岚, authorised by 陈屿."""
    case = lin.post(f"/drafts/{filled(lin, owes=owes)['id']}/submit/", {}, **{"Idempotency-Key": uuid4().hex}).json()
    for request in chen.get("/authorisations/").json():
        chen.post(f"/authorisations/{request['id']}/agree/")
    found: Mapping[str, Any] = lin.get(f"/cases/{case['id']}/").json()
    return found
