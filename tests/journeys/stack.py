"""The portal of the journeys: the stack of real processes, and what a journey asks of its mock departments."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.factories import stack

SETTINGS = "portal.settings.dev"


class Stack(stack.Stack):
    """As people meet it: the settings of development, without debug pages."""

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"DEBUG": "0"}

    @property
    def mock_url(self) -> str:
        return self.mock.url

    def url(self, path: str) -> str:
        return f"{self.base_url}{path}"

    def control(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask the mock departments' control interface, or tell it how to behave."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.mock_url}/_control/{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def person(self, name: str) -> Mapping[str, Any]:
        """Somebody the registers know."""
        found: list[Mapping[str, Any]] = self.control("people")["persons"]
        return next(one for one in found if one["name"] == name)

    def add_citizen(self, username: str, name: str) -> None:
        """A demo account for somebody the registers know."""
        code = (
            "import json, os; from portal.accounts.models import Account, Role;"
            "p = json.loads(os.environ['PERSON']); u = os.environ['USERNAME_OF'];"
            "a = Account.objects.filter(username=u).first() or Account(username=u);"
            "a.role, a.name, a.id_no, a.phone, a.is_demo = Role.CITIZEN, p['name'], p['id_no'], p['phone'], True;"
            "a.set_unusable_password(); a.save()"
        )
        self.manage("shell", "-c", code, PERSON=json.dumps(self.person(name)), USERNAME_OF=username)

    def add_operator(self, username: str, company: str) -> None:
        """A demo account that files for a company the registers know: its legal representative."""
        told = self.control("people")
        firm = next(one for one in told["companies"] if one["name"] == company)
        person = self.person(firm["legal_rep"])
        details = {"uscc": firm["uscc"], "ent_name": firm["name"], "legal_rep": person["name"]}
        code = (
            "import json, os; from portal.accounts.models import Account, Role;"
            "p = json.loads(os.environ['PERSON']); u = os.environ['USERNAME_OF'];"
            "a = Account.objects.filter(username=u).first() or Account(username=u);"
            "a.role, a.name, a.id_no, a.phone, a.is_demo = Role.COMPANY, p['name'], p['id_no'], p['phone'], True;"
            "a.details = json.loads(os.environ['DETAILS']); a.set_unusable_password(); a.save()"
        )
        known = {"PERSON": json.dumps(person), "USERNAME_OF": username, "DETAILS": json.dumps(details)}
        self.manage("shell", "-c", code, **known)


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Everything started and answering; everything stopped and the database dropped afterwards."""
    running = Stack(folder, SETTINGS)
    try:
        running.start("beat")
        yield running
    finally:
        running.stop()
