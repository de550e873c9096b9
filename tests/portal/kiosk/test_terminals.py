"""Which device is a terminal, what it may open, and what it keeps: nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.accounts.models import Account
from portal.kiosk import registering, stays, traces
from portal.kiosk.models import Stay, Terminal
from tests.portal.kiosk.conftest import put_card, text_of

pytestmark = pytest.mark.django_db


def test_a_device_nobody_registered_gets_no_kiosk() -> None:
    assert Client().get("/kiosk/")["Location"] == "/kiosk/setup/"
    page = Client().get("/kiosk/setup/")
    assert page.status_code == 403 and "还不是自助终端" in text_of(page)
    assert Client().post("/kiosk/setup/", {"code": "AAAA-BBBB-CCCC"}).status_code == 422


def test_a_code_registers_one_device_once_and_for_a_day(terminal: Terminal) -> None:
    code = registering.issue_code(terminal)
    first = Client()
    assert first.post("/kiosk/setup/", {"code": code.lower()})["Location"] == "/kiosk/"
    assert "要办什么" in text_of(first.get("/kiosk/"))
    assert Client().post("/kiosk/setup/", {"code": code}).status_code == 422
    late = registering.issue_code(terminal)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert Client().post("/kiosk/setup/", {"code": late}).status_code == 422


def test_a_terminal_that_is_switched_off_is_none_any_more(device: Client, terminal: Terminal) -> None:
    Terminal.objects.filter(pk=terminal.pk).update(is_active=False)
    assert device.get("/kiosk/")["Location"] == "/kiosk/setup/"


@pytest.mark.parametrize("address", ["/", "/me/", "/licences/", "/desk/", "/admin/", "/sign-in/", "/search/"])
def test_a_terminal_opens_only_what_is_for_terminals(device: Client, address: str) -> None:
    assert device.get(address)["Location"] == "/kiosk/"


def test_only_bundles_of_the_kiosk_channel_are_offered(device: Client) -> None:
    assert device.get("/bundles/")["Location"] == "/kiosk/things/"
    page = text_of(device.get("/kiosk/things/"))
    assert "/bundles/XSECS/start/" in page and "/bundles/QYPC/" not in page


def test_what_needs_a_person_leads_to_the_card_reader(device: Client) -> None:
    assert device.get("/cases/")["Location"] == "/kiosk/sign-in/?next=%2Fcases%2F"


def test_a_session_of_a_terminal_is_worth_nothing_elsewhere(device: Client, terminal: Terminal, lin: Account) -> None:
    put_card(device, terminal)
    assert device.get("/cases/").status_code == 200
    thief = Client()
    thief.cookies["sessionid"] = device.cookies["sessionid"].value
    assert thief.get("/cases/")["Location"].startswith("/sign-in/")


def test_every_page_of_a_terminal_is_kept_nowhere(device: Client, terminal: Terminal, lin: Account) -> None:
    put_card(device, terminal)
    for address in ("/kiosk/", "/kiosk/things/", "/bundles/XSECS/start/", "/cases/", "/kiosk/papers/"):
        assert device.get(address)["Cache-Control"] == "no-store", address


def test_leaving_deletes_every_cookie_but_the_secret_of_the_device(
    device: Client, terminal: Terminal, lin: Account
) -> None:
    put_card(device, terminal)
    device.post("/prefer/", {"elder": "1", "next": "/kiosk/"})
    assert {"sessionid", "elder"} <= device.cookies.keys()
    left = device.post("/kiosk/leave/")
    assert left["Clear-Site-Data"] == '"cache", "storage"'
    assert {name for name, cookie in device.cookies.items() if cookie.value} == {traces.COOKIE}
    assert Stay.objects.get().how == Stay.End.LEFT
    assert device.get("/cases/")["Location"].startswith("/kiosk/sign-in/")


def test_a_stay_nobody_answers_for_ends_by_itself(device: Client, terminal: Terminal, lin: Account) -> None:
    put_card(device, terminal)
    with time_machine.travel(timezone.now() + timedelta(minutes=7)):
        assert device.get("/cases/")["Location"] == "/kiosk/"
    stay = Stay.objects.get()
    assert stay.how == Stay.End.IDLE and stay.ended_at is not None


def test_a_link_alone_signs_nobody_out_only_an_unanswered_question_does(
    device: Client, terminal: Terminal, lin: Account
) -> None:
    put_card(device, terminal)
    assert device.get("/kiosk/over/")["Location"] == "/kiosk/idle/"
    assert device.get("/kiosk/idle/?next=/cases/")["Refresh"] == "20;url=/kiosk/over/"
    with time_machine.travel(timezone.now() + timedelta(seconds=21)):
        assert device.get("/kiosk/over/")["Location"] == "/kiosk/"
    assert Stay.objects.get().how == Stay.End.IDLE


def test_pages_without_scripts_ask_after_the_idle_time_and_later_where_there_is_a_form(
    device: Client, terminal: Terminal, lin: Account
) -> None:
    put_card(device, terminal)
    assert '<noscript><meta http-equiv="refresh" content="60;url=/kiosk/idle/' in text_of(device.get("/cases/"))
    device.post("/kiosk/longer/", {"next": "/cases/"})
    assert 'content="180;url=/kiosk/idle/' in text_of(device.get("/cases/"))


def test_whoever_comes_next_ends_the_stay_before(device: Client, terminal: Terminal, lin: Account) -> None:
    put_card(device, terminal)
    put_card(device, terminal)
    assert sorted(Stay.objects.values_list("how", flat=True)) == ["", "next"]


def test_a_stay_whose_terminal_lost_its_power_is_ended_by_the_sweep(
    device: Client, terminal: Terminal, lin: Account
) -> None:
    put_card(device, terminal)
    assert stays.end_forgotten() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert stays.end_forgotten() == 1
    assert Stay.objects.get().how == Stay.End.IDLE
