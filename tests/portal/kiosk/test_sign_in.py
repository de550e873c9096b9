"""Who stands there: a signed card, with a code where the face was not compared, or the number and a code."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cases.models import Notification
from portal.accounts.models import Account
from portal.kiosk.models import SignInCode, Stay, Terminal
from tests.factories import newborn
from tests.factories.doubles import RecordingNotifier
from tests.portal.kiosk.conftest import line_of, put_card, text_of

pytestmark = pytest.mark.django_db


def code_sent() -> str:
    """The digits of the last message."""
    values: Any = Notification.objects.filter(template="terminal_code").latest("at").values
    return str(values["code"])


def test_a_card_with_the_face_compared_is_enough(device: Client, terminal: Terminal, lin: Account) -> None:
    assert put_card(device, terminal)["Location"] == "/cases/"
    stay = Stay.objects.get()
    assert (stay.account_id, stay.means) == (lin.pk, "card_face")


def test_a_card_alone_asks_for_the_code_on_the_phone_of_its_holder(
    device: Client, terminal: Terminal, lin: Account, notifier: RecordingNotifier
) -> None:
    assert put_card(device, terminal, is_compared=False)["Location"].startswith("/kiosk/sign-in/code/")
    assert not Stay.objects.exists()
    answer = device.post("/kiosk/sign-in/code/", {"code": code_sent(), "next": "/cases/"})
    assert answer["Location"] == "/cases/"
    assert Stay.objects.get().means == "card_code"


def test_a_line_nobody_signed_opens_nothing(device: Client, terminal: Terminal, lin: Account) -> None:
    good = line_of(terminal)
    head, body, signature = good.split(".")
    forged = [newborn.LIN["id_no"], f"{head}.{body}.AAAA", f"{head}.{body[:-2]}AA.{signature}", "", "KC1..", "x" * 3000]
    for line in forged:
        assert device.post("/kiosk/sign-in/card/", {"card": line}).status_code == 422, line[:40]
    assert not Stay.objects.exists()


def test_a_reading_counts_once_and_for_two_minutes(device: Client, terminal: Terminal, lin: Account) -> None:
    line = line_of(terminal)
    assert device.post("/kiosk/sign-in/card/", {"card": line}).status_code == 302
    device.post("/kiosk/leave/")
    assert device.post("/kiosk/sign-in/card/", {"card": line}).status_code == 422
    old = line_of(terminal)
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert device.post("/kiosk/sign-in/card/", {"card": old}).status_code == 422


def test_a_reader_of_another_terminal_opens_nothing_here(device: Client, terminal: Terminal, lin: Account) -> None:
    other = Terminal.objects.create(code="T-002", name="二楼", place="二楼")
    from portal.kiosk import registering

    registering.issue_reader_key(other)
    assert device.post("/kiosk/sign-in/card/", {"card": line_of(other)}).status_code == 422


def test_the_number_and_a_code_open_the_account(
    device: Client, terminal: Terminal, lin: Account, notifier: RecordingNotifier
) -> None:
    device.post("/kiosk/sign-in/number/", {"id_no": newborn.LIN["id_no"], "next": "/cases/"})
    assert device.post("/kiosk/sign-in/code/", {"code": "000000"}).status_code in (302, 422)
    answer = device.post("/kiosk/sign-in/code/", {"code": code_sent(), "next": "/cases/"})
    assert answer["Location"] == "/cases/"


def test_an_unknown_number_is_answered_like_a_known_one(
    device: Client, terminal: Terminal, lin: Account, notifier: RecordingNotifier
) -> None:
    def said(id_no: str) -> tuple[str, str]:
        sent = device.post("/kiosk/sign-in/number/", {"id_no": id_no})
        tried = device.post("/kiosk/sign-in/code/", {"code": "000001"})
        page = re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", text_of(tried))
        return sent["Location"], page

    assert said(newborn.LIN["id_no"]) == said("350203199001012334")


def test_five_wrong_tries_use_a_code_up(
    device: Client, terminal: Terminal, lin: Account, notifier: RecordingNotifier
) -> None:
    device.post("/kiosk/sign-in/number/", {"id_no": newborn.LIN["id_no"]})
    right = code_sent()
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(5):
        assert device.post("/kiosk/sign-in/code/", {"code": wrong}).status_code == 422
    assert device.post("/kiosk/sign-in/code/", {"code": right}).status_code == 422
    assert SignInCode.objects.get().used_at is None


def test_an_account_gets_three_codes_in_a_quarter_of_an_hour(
    device: Client, terminal: Terminal, lin: Account, notifier: RecordingNotifier
) -> None:
    asked = [device.post("/kiosk/sign-in/number/", {"id_no": newborn.LIN["id_no"]}).status_code for _ in range(4)]
    assert asked == [302, 302, 302, 422]
