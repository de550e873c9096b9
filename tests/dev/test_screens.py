"""The list of pages that are looked at: nothing of the citizen's and the terminal's face is forgotten in it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, resolve

from devtools.screens import scenes
from devtools.screens.listing import Page, left_out, pages
from devtools.screens.prepared import MAKERS

FACES = ("citizen", "kiosk")
SOMETHING = str(UUID(int=1))
NOT_THERE = 404


def test_every_page_of_the_citizen_and_the_terminal_is_seen_or_left_out_with_a_reason() -> None:
    seen, without, named = {_name_of(page) for page in pages()}, set(left_out()), set(_names())
    assert {name for name in named - seen if _short(name) not in without} == set()
    assert without <= {_short(name) for name in named}, "left_out.yaml names addresses that are gone"
    assert without & {_short(name) for name in named & seen} == set()


def test_pages_have_names_of_their_own_and_ask_for_what_can_be_prepared() -> None:
    names = [page.name for page in pages()]
    assert len(set(names)) == len(names)
    made = {*MAKERS, *scenes.SCENES, *(f"@{name}" for name in scenes.SCENES)}
    assert {need for page in pages() for need in page.needs()} <= made


def _name_of(page: Page) -> str:
    """The name of the address a page stands at, with its face."""
    if page.shows or page.status == NOT_THERE:
        return page.shows
    path = page.address(dict.fromkeys(page.needs(), SOMETHING)).partition("?")[0]
    return resolve(path).view_name


def _names() -> Iterator[str]:
    for face in get_resolver().url_patterns:
        if isinstance(face, URLResolver) and face.namespace in FACES:
            yield from (f"{face.namespace}:{one.name}" for one in face.url_patterns if isinstance(one, URLPattern))


def _short(name: str) -> str:
    return name.partition(":")[2]
