"""On the home screen of a phone, and without a network: nothing of a person is kept in a browser."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from portal.accounts.models import Account, Role

pytestmark = pytest.mark.django_db


def told(client: Client, lang: str = "zh-Hans") -> dict[str, Any]:
    text = client.get(f"/worker.js?lang={lang}").content.decode()
    found: dict[str, Any] = json.loads(text.splitlines()[0].removeprefix("const TOLD = ").removesuffix(";"))
    return found


def test_the_manifest_names_icons_that_are_there_and_ways_that_open(client: Client) -> None:
    answer = client.get("/manifest.webmanifest?lang=zh-Hans")
    assert answer["Content-Type"].startswith("application/manifest+json")
    described = answer.json()
    assert (described["start_url"], described["display"], described["lang"]) == ("/", "standalone", "zh-Hans")
    for icon in described["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        assert isinstance(path, str)
        with Image.open(path) as drawn:
            assert icon["sizes"] == f"{drawn.width}x{drawn.height}"
    assert {icon["purpose"] for icon in described["icons"]} == {"any", "maskable"}
    assert all(client.get(way["url"]).status_code in (200, 302) for way in described["shortcuts"])


@pytest.mark.parametrize(("lang", "said"), [("zh-Hans", "证照"), ("zh-Hant", "證照"), ("en", "licences")])
def test_the_manifest_speaks_the_language_of_the_page(client: Client, lang: str, said: str) -> None:
    described = client.get(f"/manifest.webmanifest?lang={lang}").json()
    assert described["lang"] == lang
    assert said in described["shortcuts"][-1]["name"].lower()


@pytest.mark.parametrize(
    ("lang", "said"), [("zh-Hans", "什么都没丢"), ("zh-Hant", "什麼都沒丟"), ("en", "Nothing is lost")]
)
def test_the_page_without_a_network_says_that_nothing_is_lost(client: Client, lang: str, said: str) -> None:
    page = client.get(f"/offline/?lang={lang}").content.decode()
    assert said in page
    assert f'<html lang="{lang}">' in page


def test_an_address_that_names_no_language_is_answered_in_the_visitors_own(client: Client) -> None:
    client.cookies["django_language"] = "en"
    answer = client.get("/offline/")
    assert '<html lang="en">' in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-cache"
    assert client.get("/offline/?lang=zh-Hant")["Cache-Control"] == "public, max-age=3600"


def test_the_page_that_is_kept_is_the_same_for_everybody(client: Client) -> None:
    before = client.get("/offline/?lang=zh-Hans")
    client.force_login(Account.objects.create_user("lin", "a-long-password", role=Role.CITIZEN, name="林晓岚"))
    after = client.get("/offline/?lang=zh-Hans")
    assert before.content == after.content
    assert "csrf" not in after.content.decode() and not after.cookies


def test_the_worker_keeps_one_page_and_what_it_is_drawn_with(client: Client) -> None:
    answer = client.get("/worker.js?lang=zh-Hans")
    assert answer["Content-Type"].startswith("text/javascript") and answer["Cache-Control"] == "no-cache"
    kept = told(client)["keep"]
    assert kept[0] == "/offline/?lang=zh-Hans"
    assert all(path.startswith(("/offline/", "/ui/look-", "/static/")) for path in kept)
    assert "cache.put" not in answer.content.decode()


def test_an_unknown_language_is_the_source(client: Client) -> None:
    assert told(client, '"+alert(1)+"') == told(client)


def test_the_desk_and_the_terminal_do_without_it(client: Client) -> None:
    assert {"/desk/", "/kiosk/", "/admin/", "/api/"} <= set(told(client)["never"])
    home = client.get("/").content.decode()
    assert re.search(r'<link rel="manifest" href="/manifest.webmanifest\?lang=zh-Hans" data-offline="/worker.js', home)
    client.force_login(
        Account.objects.create_user("clerk", "a-long-password", role=Role.CLERK, name="窗口", department="SJ")
    )
    assert 'rel="manifest"' not in client.get("/desk/").content.decode()


def test_worker_and_manifest_come_from_here_alone(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy and "manifest-src 'self'" in policy
