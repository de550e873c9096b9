"""People of the citizen's pages: 林晓岚 applies, 陈屿 is the other party, 王建国 is a stranger, a clerk."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from cases.models import Case
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.factories.library import person

SignIn = Callable[[Account | None], Client]


@pytest.fixture
def known_family(register: FakeRegister, licences: FakeLicences) -> None:
    newborn.fill_registers(register, licences)


@pytest.fixture
def lin(db: None) -> Account:
    return newborn.account(newborn.LIN, "lin")


@pytest.fixture
def chen(db: None) -> Account:
    return newborn.account(newborn.CHEN, "chen")


@pytest.fixture
def stranger(db: None) -> Account:
    return newborn.account(person("王建国"), "wang")


@pytest.fixture
def clerk(db: None) -> Account:
    return Account.objects.create_user("clerk", "a-long-password", role=Role.CLERK, name="窗口一号", department="SJ")


@pytest.fixture
def as_person() -> SignIn:
    """A browser in which somebody is signed in; None is nobody."""

    def signed_in(account: Account | None) -> Client:
        client = Client()
        if account is not None:
            client.force_login(account)
        return client

    return signed_in


@pytest.fixture
def draft(lin: Account, known_family: None) -> Case:
    """Filled in but not handed in."""
    return newborn.draft(lin)


@pytest.fixture
def filed(lin: Account, chen: Account, known_family: None, departments: FakeDepartments) -> Case:
    """Handed in and authorised; the departments have not been asked yet."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    return newborn.submitted(lin, chen)


def photo(name: str = "出院小结.png") -> SimpleUploadedFile:
    """A photograph of a paper."""
    held = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(held, "PNG")
    return SimpleUploadedFile(name, held.getvalue(), "image/png")


def text_of(response: Any) -> str:
    return str(response.content.decode())
