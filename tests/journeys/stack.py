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


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Everything started and answering; everything stopped and the database dropped afterwards."""
    running = Stack(folder, SETTINGS)
    try:
        running.start("beat")
        yield running
    finally:
        running.stop()
