"""Cases in the administration: readable with permission, changed by nobody, no personal values."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.models import Attention, Case, Delivery, Event, Notification, SubApplication
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
MODELS = (Case, SubApplication, Delivery, Event, Attention, Notification)


@pytest.fixture
def running(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    case = newborn.submitted(lin, chen)
    departments.fail("down", department="WJ", times=1)
    dispatch.pump()
    Attention.objects.create(case=case, reason="fault", next_step="请运维查看", since=timezone.now())
    return case


def browser(*codenames: str) -> Client:
    account: Any = Account.objects.create_user(
        f"admin-{len(codenames)}", "a-long-password", role=Role.ADMINISTRATOR, name="管理员", is_staff=True
    )
    account.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(account)
    return client


def place(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:cases_{model._meta.model_name}_{page}", args=args)


def test_lists_and_rows_show_how_it_goes_and_nobody_by_name(running: Case) -> None:
    client = browser(*(f"view_{model._meta.model_name}" for model in MODELS))
    for model in MODELS:
        row = model.objects.first()
        assert row is not None
        for address in (place(model, "changelist"), place(model, "change", row.pk)):
            answer = client.get(address)
            text = answer.content.decode()
            assert answer.status_code == 200, address
            for value in ("林晓岚", "陈屿", "陈一诺", newborn.LIN["id_no"], newborn.CHEN["phone"]):
                assert value not in text, address
    assert running.number in client.get(place(Case, "changelist"), {"q": running.number}).content.decode()


def test_nobody_adds_changes_or_deletes_even_with_every_permission(running: Case) -> None:
    names = [f"{verb}_{model._meta.model_name}" for verb in ("view", "add", "change", "delete") for model in MODELS]
    client = browser(*names)
    for model in MODELS:
        row = model.objects.first()
        assert row is not None
        before = model.objects.filter(pk=row.pk).values().get()
        assert client.get(place(model, "add")).status_code == 403
        assert client.post(place(model, "change", row.pk), {"state": "approved", "number": "X"}).status_code == 403
        assert client.post(place(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model.objects.filter(pk=row.pk).values().get() == before


def test_without_permission_there_is_nothing_to_read(running: Case) -> None:
    client = browser()
    assert {client.get(place(model, "changelist")).status_code for model in MODELS} == {403}
