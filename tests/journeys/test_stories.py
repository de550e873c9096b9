"""One story after the other, as its people live it: on the phone, at the desk, by keys alone, without scripts.

The breadth of it (every story in every way) is walked by `./dev test tests/journeys -m journey_wide`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect

from bundles import queries
from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from portal.seed_check.people import People
from portal.seed_check.values import Proposals
from tests.journeys.conftest import DESKTOP, PHONE, SignedIn
from tests.journeys.hands import Finger, Keys
from tests.journeys.newborn_pages import no_grave_findings
from tests.journeys.stack import Stack
from tests.journeys.walker import Story, Walker

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(420)]  # the mark: for the catalogue of the tests
SOON_MS = 60_000
NEWBORN = Story("XSECS", "lin", "林晓岚", cast={"mother": "林晓岚", "father": "陈屿"})
SCHOOL = Story(
    "JYRX",
    "zhang",
    "张志强",
    {"stage_kind": "primary", "child_kind": "migrant", "sibling": "no", "special": "no", "house_kind": "rent"},
    cast={"child": "张雨桐"},
)
RENAMING = Story(
    "QYBG",
    "cloud",
    "云栈数字科技（示例）有限公司",
    {"change_kinds": ["name"], "seal_want": ["official"], "old_seal": "hand_in", "link_permits": "all",
     "paper_licence": "e_only"},
    {"new_name": "云栈智联数字科技（示例）有限公司"},
)  # fmt: skip
FOREIGNER = Story(
    "WGRGZ",
    "qiming",
    "启明教育咨询（示例）有限公司",
    {"where": "z_entered", "category": "B", "qualify": "degree", "family": "no", "extra": []},
    {"passport_to": "today+1500"},
)
STORIES = {"newborn": NEWBORN, "school": SCHOOL, "renaming": RENAMING, "foreigner": FOREIGNER}
WAYS: dict[str, dict[str, Any]] = {
    "phone": {"size": PHONE},
    "desktop": {"size": DESKTOP},
    "keys": {"size": DESKTOP},
    "plain": {"size": PHONE, "java_script_enabled": False},
}
# What every change is tested with; the rest is the breadth.
ALWAYS = {
    ("school", "phone"), ("renaming", "desktop"), ("foreigner", "desktop"), ("newborn", "keys"), ("newborn", "plain"),
}  # fmt: skip
WHOLE = [
    pytest.param(story, way, marks=pytest.mark.journey if (story, way) in ALWAYS else pytest.mark.journey_wide)
    for story in STORIES
    for way in WAYS
]
LIBRARY = Path(__file__).resolve().parents[2] / "bundles" / "library" / "bundles"
Begins = Callable[..., Walker]
Catalogue = tuple[dict[str, BundleSpec], Registry]


@pytest.fixture(scope="session")
def catalogue(django_db_setup: None, django_db_blocker: Any) -> Catalogue:
    """The definitions of the stories and the registries, read once: a story takes longer than a transaction may."""
    with django_db_blocker.unblock():
        specs = {story.code: queries.published(story.code).spec for story in STORIES.values()}
        return specs, queries.registry()


@pytest.fixture
def begins(portal_stack: Stack, signed_in: SignedIn, catalogue: Catalogue) -> Iterator[Begins]:
    """Somebody sits down to live a story, in one of the ways. Departments answer at once again afterwards."""
    specs, registry = catalogue

    def sit_down(story: Story, way: str, language: str = "") -> Walker:
        page = signed_in(story.who, **WAYS[way])
        if language:
            page.context.add_cookies([{"name": "django_language", "value": language, "url": portal_stack.base_url}])
        hands = Keys(page) if way == "keys" else Finger()
        spec = specs[story.code]
        proposals = _proposals(portal_stack, story, spec, registry)
        return Walker(page, spec, proposals, story, hands, scripts=way != "plain")

    portal_stack.add_operator(FOREIGNER.who, FOREIGNER.name)
    yield sit_down
    portal_stack.control("reset", {})


def _proposals(stack: Stack, story: Story, spec: BundleSpec, registry: Registry) -> Proposals:
    """What its people would type: the applicant plays the applying party."""
    people = People(stack.control("people"))
    own = next((one for one in people.citizens if one.name == story.name), None)
    kind = "person" if own else "org"
    mine = [party.id for party in spec.parties if party.kind == kind and party.role in ("applicant", "subject")]
    cast = {**dict.fromkeys(mine[:1], story.name), **story.cast}
    return Proposals(spec, registry, people, cast, own.bank_card if own else "")


@pytest.fixture(scope="session")
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


@pytest.mark.parametrize(("name", "way"), WHOLE)
def test_a_story_from_the_first_question_to_the_receipt(
    begins: Begins, enrolment_is_open: None, signed_in: SignedIn, name: str, way: str
) -> None:
    one = begins(STORIES[name], way, "en" if name == "foreigner" else "")
    one.answer_questions()
    one.begin()
    one.fill()
    one.hand_in()
    if one.page.url.endswith("/parties/"):
        _agrees(signed_in("chen"))
        one.page.goto(f"/cases/{one.case_id}/receipt/")
    expect(one.page).to_have_url(re.compile("/receipt/$"))
    expect(one.page.locator("main")).to_contain_text(f"-{STORIES[name].code}-")
    pressed = f", {one.hands.pressed} keys" if isinstance(one.hands, Keys) else ""
    print(f"\n{name}, {way}: {one.inputs} inputs{pressed}")


def _agrees(page: Page) -> None:
    page.goto("/authorise/")
    page.locator("section:has(#w) a", has_text="新生儿").first.click()
    page.get_by_role("button", name="我同意").click()
    expect(page.locator("main")).to_contain_text("您已同意")


@pytest.mark.journey
def test_what_was_begun_on_the_phone_goes_on_at_the_desktop(begins: Begins) -> None:
    phone = begins(RENAMING, "phone")
    phone.answer_questions()
    phone.begin()
    phone.fill(sections=1)
    phone.page.context.close()
    desktop = begins(RENAMING, "desktop")
    desktop.page.goto("/cases/")
    no_grave_findings(desktop.page)
    desktop.page.locator(f"main a[href*='{phone.case_id}']").first.click()
    expect(desktop.page).to_have_url(re.compile(f"/apply/{phone.case_id}/"))
    desktop.case_id = phone.case_id
    desktop.fill()
    desktop.hand_in()
    expect(desktop.page).to_have_url(re.compile("/receipt/$"))
    assert phone.inputs, "something was filled in on the phone"


@pytest.mark.journey
def test_a_notice_is_answered_once_and_the_case_goes_on(begins: Begins, portal_stack: Stack) -> None:
    asked = {"bundle": "QYBG", "item": "LICENCE", "decide": "supplement", "accept_s": 0, "decide_s": 0, "times": 1}
    portal_stack.control("behaviour", {**asked, "reasons": [{"code": "S04", "about": "new_name", "text": "名称近似"}]})
    one = _handed_in(begins, "phone")
    one.page.goto(f"/cases/{one.case_id}/")
    notice = one.page.locator("main a[href$='/correct/']").first
    expect(notice).to_be_visible(timeout=SOON_MS)
    no_grave_findings(one.page)
    notice.click()
    no_grave_findings(one.page)
    one.page.locator("main [name=new_name]").fill("云栈新智数字科技（示例）有限公司")
    one.page.get_by_role("button", name="一次交齐").click()
    expect(one.page).to_have_url(re.compile(f"/cases/{one.case_id}/$"))
    expect(one.page.locator("main a[href$='/correct/']")).to_have_count(0)


@pytest.mark.journey
def test_what_nobody_has_decided_is_taken_back(begins: Begins, portal_stack: Stack) -> None:
    portal_stack.control("behaviour", {"bundle": "QYBG", "accept_s": 0, "decide_s": 3600})
    one = _handed_in(begins, "desktop")
    one.page.goto(f"/cases/{one.case_id}/")
    one.page.locator("#take-back summary").click()
    one.hands.tick(one.page.locator("#take-back input[value=all]"))
    one.page.get_by_role("button", name="确认撤回").click()
    expect(one.page.locator("main")).to_contain_text("撤回")
    expect(one.page.locator("#take-back")).to_have_count(0, timeout=SOON_MS)
    no_grave_findings(one.page)


def _handed_in(begins: Begins, way: str) -> Walker:
    one = begins(RENAMING, way)
    one.answer_questions()
    one.begin()
    one.fill()
    one.hand_in()
    return one
