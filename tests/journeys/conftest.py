"""Journeys: the real portal in processes of its own, walked with a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page

from bundles import queries
from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from portal.seed_check.people import People
from portal.seed_check.values import Proposals
from tests.journeys.hands import Finger, Hands, Keys
from tests.journeys.stack import Stack, running_stack
from tests.journeys.stories import ALL, DESKTOP, FOREIGNER, PHONE, SCHOOL, TWINS, WAYS, Story
from tests.journeys.visitor import Visitor
from tests.journeys.walker import Walker

__all__ = ["DESKTOP", "PHONE"]
PATIENCE_MS = 20_000
LIBRARY = Path(__file__).resolve().parents[2] / "bundles" / "library" / "bundles"
SignedIn = Callable[..., Page]
Begins = Callable[..., Walker]
Sits = Callable[..., Visitor]
Catalogue = tuple[dict[str, BundleSpec], Registry]


@pytest.fixture(scope="package")
def portal_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Web, worker and mock departments, started once for all journeys."""
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def signed_in(portal_stack: Stack, browser: Browser) -> Iterator[SignedIn]:
    """Open a page as a demo person: `signed_in("lin", PHONE)`; no name is nobody."""
    opened: list[Any] = []

    def sign_in(username: str = "", size: dict[str, int] = PHONE, **options: Any) -> Page:
        context = browser.new_context(
            base_url=portal_stack.base_url, viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai",
            reduced_motion="reduce", **options,
        )  # fmt: skip
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        if username:
            page.goto("/sign-in/")
            page.locator(f"button[name=username][value='{username}']").click()
            page.wait_for_load_state()
        return page

    yield sign_in
    for context in opened:
        context.close()


@pytest.fixture
def sits(portal_stack: Stack, signed_in: SignedIn) -> Iterator[Sits]:
    """Somebody at a page, in one of the ways: `sits("muck", "keys")`. Departments answer at once again afterwards."""

    def sit_down(username: str, way: str) -> Visitor:
        page = signed_in(username, **WAYS[way])
        return Visitor(page, hands_for(page, way), scripts=way != "plain")

    yield sit_down
    portal_stack.control("reset", {})


def hands_for(page: Page, way: str) -> Hands:
    return Keys(page) if way == "keys" else Finger()


@pytest.fixture(scope="session")
def catalogue(django_db_setup: None, django_db_blocker: Any) -> Catalogue:
    """The definitions of the stories and the registries, read once: a story takes longer than a transaction may."""
    with django_db_blocker.unblock():
        return {story.code: queries.published(story.code).spec for story in ALL}, queries.registry()


@pytest.fixture(scope="package")
def everybody(portal_stack: Stack) -> People:
    """Those of the stories who have no demo account get one; everybody the registers know."""
    families = {TWINS.who: TWINS.cast["mother"], "father": TWINS.cast["father"]}
    portal_stack.add_accounts(families, {FOREIGNER.who: FOREIGNER.name})
    return People(portal_stack.control("people"))


@pytest.fixture
def begins(
    portal_stack: Stack, signed_in: SignedIn, catalogue: Catalogue, everybody: People, request: pytest.FixtureRequest
) -> Iterator[Begins]:
    """Somebody sits down to live a story, in one of the ways. Departments answer at once again afterwards."""
    specs, registry = catalogue

    def sit_down(story: Story, way: str, language: str = "") -> Walker:
        if story is SCHOOL:
            request.getfixturevalue("enrolment_is_open")
        page = signed_in(story.who, **WAYS[way])
        if language:
            page.context.add_cookies([{"name": "django_language", "value": language, "url": portal_stack.base_url}])
        proposals = _proposals(everybody, story, specs[story.code], registry)
        return Walker(page, specs[story.code], proposals, story, hands_for(page, way), scripts=way != "plain")

    yield sit_down
    portal_stack.control("reset", {})


def _proposals(people: People, story: Story, spec: BundleSpec, registry: Registry) -> Proposals:
    """What its people would type: the applicant plays the applying party."""
    own = next((one for one in people.citizens if one.name == story.name), None)
    kind = "person" if own else "org"
    mine = [party.id for party in spec.parties if party.kind == kind and party.role in ("applicant", "subject")]
    cast = {**dict.fromkeys(mine[:1], story.name), **story.cast}
    return Proposals(spec, registry, people, cast, own.bank_card if own else "")


@pytest.fixture(scope="package")
def enrolment_is_open(portal_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The year's dates of the school bundle, moved so that today is in the window: as its office sets them."""
    text = (LIBRARY / "02_school_enrolment.yaml").read_text(encoding="utf-8")
    today = date.today()
    ahead = today - date(today.year, 5, 12)

    def moved(found: re.Match[str]) -> str:
        return f'{found[1]}: "{date(today.year, int(found[2]), int(found[3])) + ahead:%m-%d}"'

    file = tmp_path_factory.mktemp("school") / "school.yaml"
    file.write_text(re.sub(r'\b(from|to): "(\d\d)-(\d\d)"', moved, text), encoding="utf-8")
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["code"] == SCHOOL.code
    portal_stack.manage("load_bundle", str(file), "--publish")
