"""A registered terminal and 林晓岚 in front of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import Account
from portal.kiosk import cards, registering, traces
from portal.kiosk.models import Terminal
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, FakeRegister


@pytest.fixture
def terminal(db: None) -> Terminal:
    made = Terminal.objects.create(code="T-001", name="一楼东", place="示例市政务服务中心一楼")
    registering.issue_reader_key(made)
    return made


@pytest.fixture
def lin(db: None) -> Account:
    return newborn.account(newborn.LIN, "lin")


@pytest.fixture
def known_family(register: FakeRegister, licences: FakeLicences) -> None:
    newborn.fill_registers(register, licences)


@pytest.fixture
def device(terminal: Terminal) -> Client:
    """The browser of the terminal."""
    client = Client()
    client.post("/kiosk/setup/", {"code": registering.issue_code(terminal)})
    assert client.cookies[traces.COOKIE].value
    return client


def line_of(terminal: Terminal, *, is_compared: bool = True, id_no: str = "", name: str = "") -> str:
    """What the reader says with 林晓岚's card on it."""
    terminal.refresh_from_db()
    assert terminal.reader_key
    return cards.line_of(
        terminal.reader_key, id_no=id_no or newborn.LIN["id_no"], name=name or "林晓岚", is_compared=is_compared
    )


def put_card(device: Client, terminal: Terminal, **card: Any) -> Any:
    return device.post("/kiosk/sign-in/card/", {"card": line_of(terminal, **card), "next": "/cases/"})


def text_of(response: Any) -> str:
    return str(response.content.decode())


def sent_code(values: Any) -> str:
    """The digits of a message."""
    found = re.search(r"\b(\d{6})\b", json.dumps(dict(values), ensure_ascii=False))
    assert found
    return found.group(1)
