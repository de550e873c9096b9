"""The portal of the journeys: the stack of real processes, and what a journey asks of its mock departments."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.factories import stack

SETTINGS = "portal.settings.dev"
ADDRESS = re.compile(r"https?://[^\s，。；]+")
SOON_S = 60.0
# Messages go to phones, at any hour of the day on which the journeys run.
PHONES = {"MESSAGE_CHANNEL": "http", "MESSAGES_QUIET_FROM": "0", "MESSAGES_QUIET_UNTIL": "0"}
MAKE_ACCOUNTS = """
import json, os
from portal.accounts.models import Account
for one in json.loads(os.environ["ACCOUNTS"]):
    account = Account.objects.filter(username=one["username"]).first() or Account(username=one["username"])
    for name, value in (one | {"is_demo": True}).items():
        setattr(account, name, value)
    account.set_unusable_password()
    account.save()
"""


class Stack(stack.Stack):
    """As people meet it: the settings of development, without debug pages."""

    def __init__(self, folder: Path, settings: str) -> None:
        super().__init__(folder, settings)
        self._followed: set[str] = set()

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"DEBUG": "0"} | PHONES

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

    def link_to(self, name: str, template: str, since: float = 0.0) -> str:
        """Where the newest message of a kind leads that came to somebody's phone since then; each is followed once."""
        number, end = self.person(name)["phone"], time.monotonic() + SOON_S
        while True:
            taken = [one for one in self.control("messages") if (one["to"], one["template"]) == (number, template)]
            fresh = next((one for one in taken if one["at"] >= since and one["key"] not in self._followed), None)
            if fresh is not None:
                self._followed.add(fresh["key"])
                return self._path_in(fresh["text"])
            assert time.monotonic() < end, f"no {template} for {name}"
            time.sleep(0.3)

    def _path_in(self, text: str) -> str:
        found = ADDRESS.search(text)
        assert found is not None, text
        return urlsplit(found[0]).path

    def add_accounts(self, citizens: Mapping[str, str], operators: Mapping[str, str]) -> None:
        """Demo accounts for people the registers know, and for companies: their legal representatives file for them."""
        told = self.control("people")
        persons = {one["name"]: one for one in told["persons"]}
        firms = {one["name"]: one for one in told["companies"]}
        made = [_account(username, "citizen", persons[name], {}) for username, name in citizens.items()]
        for username, name in operators.items():
            firm = firms[name]
            details = {"uscc": firm["uscc"], "ent_name": firm["name"], "legal_rep": firm["legal_rep"]}
            made.append(_account(username, "company", persons[firm["legal_rep"]], details))
        self.manage("shell", "-c", MAKE_ACCOUNTS, ACCOUNTS=json.dumps(made))


def _account(username: str, role: str, person: Mapping[str, Any], details: Mapping[str, str]) -> dict[str, Any]:
    known = {name: person[name] for name in ("name", "id_no", "phone")}
    return {"username": username, "role": role, "details": details, **known}


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Everything started and answering; everything stopped and the database dropped afterwards."""
    running = Stack(folder, SETTINGS)
    try:
        running.start("beat")
        yield running
    finally:
        running.stop()
