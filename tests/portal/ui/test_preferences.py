"""Theme, elder mode and language: kept in cookies, shown by the server, without JavaScript."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def choose(client: Client, **choice: str):
    return client.post(reverse("ui:prefer"), {"next": "/here/", **choice})


def test_a_choice_is_kept_for_a_year_and_leads_back(client: Client) -> None:
    answer = choose(client, theme="dark")
    assert (answer.status_code, answer["Location"]) == (302, "/here/")
    cookie = answer.cookies["theme"]
    assert (cookie.value, cookie["max-age"], cookie["samesite"]) == ("dark", 365 * 24 * 3600, "Lax")
    assert cookie["httponly"]


def test_elder_mode_and_theme_are_in_the_html_element(client: Client, settings) -> None:
    settings.DEBUG = True
    choose(client, theme="dark")
    choose(client, elder="1")
    page = client.get(reverse("ui:components")).content.decode()
    assert '<html lang="zh-Hans" data-theme="dark" data-elder>' in page
    choose(client, elder="0", theme="auto")
    assert '<html lang="zh-Hans">' in client.get(reverse("ui:components")).content.decode()


def test_the_language_changes_page_and_html_element(client: Client, settings) -> None:
    settings.DEBUG = True
    choose(client, language="en")
    page = client.get(reverse("ui:components")).content.decode()
    assert '<html lang="en">' in page
    assert "Skip to content" in page


@pytest.mark.parametrize("choice", [{"theme": "pink"}, {"elder": "yes"}, {"theme": 'dark" onload="x'}])
def test_an_unknown_choice_is_not_kept(client: Client, choice: dict[str, str]) -> None:
    assert not {"theme", "elder"} & set(choose(client, **choice).cookies)


def test_a_cookie_made_by_hand_does_not_reach_the_page(client: Client, settings) -> None:
    settings.DEBUG = True
    client.cookies["theme"] = "x onload=alert(1)"
    assert "onload" not in client.get(reverse("ui:components")).content.decode()


def test_the_way_back_never_leads_to_a_foreign_address(client: Client) -> None:
    answer = client.post(reverse("ui:prefer"), {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_a_choice_needs_the_token_of_the_page() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert choose(strict, theme="dark").status_code == 403


def test_the_style_sheet_is_one_file_that_may_be_kept_for_good(client: Client) -> None:
    from portal.ui.stylesheet import sheet

    answer = client.get(reverse("ui:stylesheet", args=[sheet().mark]), headers={"accept-encoding": "gzip"})
    assert answer["Content-Type"].startswith("text/css")
    assert "immutable" in answer["Cache-Control"]
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 24_000
    plain = client.get(reverse("ui:stylesheet", args=[sheet().mark])).content.decode()
    assert plain.index("--ink:") < plain.index(".btn {")


def test_the_gallery_is_closed_outside_development(client: Client, settings) -> None:
    settings.DEBUG = False
    assert client.get(reverse("ui:components")).status_code == 404
