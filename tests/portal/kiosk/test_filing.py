"""Filing at a terminal: what is begun there, what becomes of it on leaving, photographs from one's own phone."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cases.models import Case, Event, Material
from portal.accounts.models import Account
from portal.kiosk import stays
from portal.kiosk.models import PhotoLink, Stay, Terminal
from tests.factories import newborn
from tests.factories.library import person
from tests.portal.kiosk.conftest import put_card, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]


@pytest.fixture
def begun(device: Client, terminal: Terminal, lin: Account, known_family: None) -> Case:
    """A draft of 林晓岚, begun at the terminal."""
    put_card(device, terminal)
    session = device.session
    session["situations"] = {"XSECS": newborn.GUIDANCE}
    session.save()
    device.post(reverse("citizen:begin", args=["XSECS"]), {"sensitive": "yes"})
    return Case.objects.get()


def photo(name: str = "照片.jpg", colour: str = "#fbf7ef") -> SimpleUploadedFile:
    held = io.BytesIO()
    Image.new("RGB", (600, 800), colour).save(held, "JPEG")
    return SimpleUploadedFile(name, held.getvalue(), "image/jpeg")


def link_on(device: Client, case: Case, slot: str = "M_DISCHARGE") -> str:
    """The address behind the code on the screen, as a phone would read it."""
    page = device.post(reverse("kiosk:photo_offer", args=[case.pk, slot]))
    assert page.status_code == 200
    assert "<svg" in text_of(page)
    return urlsplit(page.context["address"]).path


def test_a_case_begun_at_a_terminal_says_so(begun: Case) -> None:
    assert (begun.channel, begun.terminal) == ("kiosk", "T-001")
    started = Event.objects.get(case=begun, kind="draft.started")
    assert started.facts["channel"] == "kiosk"


def test_a_bundle_without_the_kiosk_channel_is_not_begun_there(
    device: Client, terminal: Terminal, lin: Account
) -> None:
    put_card(device, terminal)
    refused = device.post(reverse("citizen:begin", args=["RCRH"]))
    assert refused.status_code == 422 and "自助终端上办不了" in text_of(refused)
    assert not Case.objects.exists()


def test_the_form_of_a_terminal_is_the_form_of_the_portal_in_its_frame(device: Client, begun: Case) -> None:
    page = text_of(device.get(reverse("citizen:section", args=[begun.pk, "s_mother"])))
    assert "data-kiosk" in page and 'name="mother_live"' in page and "主导航" not in page
    assert 'data-idle="60"' in page and 'content="300;url=/kiosk/idle/' in page


def test_leaving_asks_what_becomes_of_a_draft_and_throws_it_away_unless_it_is_to_stay(
    device: Client, begun: Case
) -> None:
    asked = text_of(device.get("/kiosk/leave/"))
    assert "留着，用手机接着填" in asked and "<svg" in asked
    device.post("/kiosk/leave/", {"drafts": "drop"})
    assert Case.objects.get().state == "withdrawn" and Case.objects.get().answers == {}


def test_a_draft_that_is_to_stay_is_there_on_the_phone(device: Client, begun: Case, lin: Account) -> None:
    device.post("/kiosk/leave/", {"drafts": "keep"})
    phone = Client()
    phone.force_login(lin)
    assert phone.get(reverse("citizen:tasks", args=[begun.pk])).status_code == 200


def test_walking_away_loses_the_draft_but_not_one_that_was_to_stay(device: Client, begun: Case) -> None:
    device.post("/kiosk/keep/", {"drafts": "keep"})
    stays.end(Stay.objects.select_related("account", "terminal").get(), Stay.End.IDLE)
    assert Case.objects.get().state == "draft"


def test_a_draft_begun_elsewhere_is_never_touched(
    device: Client, terminal: Terminal, lin: Account, known_family: None
) -> None:
    own = newborn.draft(lin)
    put_card(device, terminal)
    device.post("/kiosk/leave/", {"drafts": "drop"})
    assert Case.objects.get(pk=own.pk).state == "draft"


def test_a_phone_puts_photographs_into_the_slot_and_sees_nothing_else(device: Client, begun: Case) -> None:
    address = link_on(device, begun)
    phone = Client(enforce_csrf_checks=True)
    opened = phone.get(address)
    page = text_of(opened)
    assert "出院小结" in page and opened["Referrer-Policy"] == "same-origin"  # stricter, browsers post without origin
    for secret in ("林晓岚", "陈屿", newborn.LIN["id_no"], str(begun.pk)):
        assert secret not in page
    token = phone.cookies["csrftoken"].value
    sent = phone.post(address, {"files": [photo(), photo("反面.jpg", "#efe8d8")], "csrfmiddlewaretoken": token})
    assert "一共 2 张" in text_of(sent)
    assert Material.objects.filter(case=begun, slot="M_DISCHARGE").count() == 2
    link = PhotoLink.objects.get()
    assert "收到 2 张" in text_of(device.get(reverse("kiosk:photos_arrived", args=[link.pk])))


def test_a_link_ends_in_a_quarter_of_an_hour_with_a_new_one_and_with_the_stay(device: Client, begun: Case) -> None:
    first, second = link_on(device, begun), link_on(device, begun)
    assert Client().get(first).status_code == 410
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert Client().post(second, {"files": [photo()]}).status_code == 410
    third = link_on(device, begun)
    device.post("/kiosk/leave/", {"drafts": "keep"})
    assert Client().post(third, {"files": [photo()]}).status_code == 410
    assert not Material.objects.filter(case=begun, slot="M_DISCHARGE").exists()


def test_a_link_takes_twelve_pictures_and_says_what_is_wrong_with_one(device: Client, begun: Case) -> None:
    address = link_on(device, begun)
    bad = Client().post(address, {"files": [SimpleUploadedFile("a.exe", b"MZ")]})
    assert bad.status_code == 422 and "不是照片" in text_of(bad)
    PhotoLink.objects.update(files=12)
    full = Client().post(address, {"files": [photo()]})
    assert full.status_code == 422 and "最多 12 张" in text_of(full)


def test_nobody_makes_a_link_into_the_case_of_somebody_else(begun: Case, lin: Account) -> None:
    wang = newborn.account(person("王建国"), "wang")
    stranger = Client()
    stranger.force_login(wang)
    assert stranger.post(reverse("kiosk:photo_offer", args=[begun.pk, "M_DISCHARGE"])).status_code == 404


def test_a_picture_opens_inside_the_frame_and_a_file_to_keep_is_for_the_phone(device: Client, begun: Case) -> None:
    Client().post(link_on(device, begun), {"files": [photo()]})
    kept = Material.objects.get(case=begun, slot="M_DISCHARGE")
    address = reverse("citizen:material_file", args=[begun.pk, kept.pk])
    looked: Any = device.get(address, headers={"Sec-Fetch-Dest": "document"})
    assert f'<img class="klook" src="{address}"' in text_of(looked) and "data-kiosk" in text_of(looked)
    inside: Any = device.get(address, headers={"Sec-Fetch-Dest": "image"})
    assert inside["Content-Type"] == "image/jpeg"
    assert re.search(r"no-store", inside["Cache-Control"])
