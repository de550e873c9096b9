"""One story after the other, as its people live it: on the phone, at the desk, by keys alone, without scripts.

The breadth of it (every story in every way) is walked by `./dev test tests/journeys -m journey_wide`.
"""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Begins, SignedIn
from tests.journeys.hands import Keys
from tests.journeys.stack import Stack
from tests.journeys.stories import FOREIGNER, NEWBORN, RENAMING, SCHOOL, TWINS, WAYS, in_every_way
from tests.journeys.taking_back import takes_back
from tests.journeys.walker import Walker

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(420)]  # the mark: for the catalogue of the tests
SOON_MS = 60_000
STORIES = {"newborn": NEWBORN, "twins": TWINS, "school": SCHOOL, "renaming": RENAMING, "foreigner": FOREIGNER}
FATHERS = {"newborn": "chen", "twins": "father"}
MOST_INPUTS = 25
RECEIPT = "/receipt/(#main)?$"
WHOLE = [
    *in_every_way("newborn", ["keys"]), *in_every_way("twins", ["plain"]), *in_every_way("school", ["phone"]),
    *in_every_way("renaming", []), *in_every_way("foreigner", ["desktop"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "way"), WHOLE)
def test_a_story_from_the_first_question_to_the_receipt(
    begins: Begins, signed_in: SignedIn, portal_stack: Stack, name: str, way: str
) -> None:
    one = begins(STORIES[name], way, "en" if name == "foreigner" else "")
    began = time.time()
    filed(one)
    print(f"\n{name}, {way}: {told(one)}")
    if name in FATHERS:
        agrees_on_the_own_phone(portal_stack, signed_in("", **WAYS[way]), FATHERS[name], one, began)
        _goes_on_by_itself(one)
    expect(one.page).to_have_url(re.compile(RECEIPT))
    expect(one.page.locator("main")).to_contain_text(f"-{STORIES[name].code}-")
    if name == "newborn":
        assert one.inputs <= MOST_INPUTS
    if name == "twins":
        one.found(f"/cases/{one.case_id}/results/", ".cert:has-text('出生医学证明') ~ .cert:has-text('出生医学证明')")
    if name == "school":
        one.found(f"/cases/{one.case_id}/", "#points dd.num")  # what the registers say has become points
        takes_back(one, one.case_id)  # one enrolment a child and year


def filed(one: Walker) -> Walker:
    """From the guide to the press that hands it in."""
    one.answer_questions()
    one.begin()
    one.fill()
    one.hand_in()
    return one


def told(one: Walker) -> str:
    """What it took a person."""
    pressed = f", {one.hands.pressed} keys" if isinstance(one.hands, Keys) else ""
    return f"{one.inputs} inputs, {one.pace}{pressed}"


def agrees_on_the_own_phone(stack: Stack, phone: Page, father: str, one: Walker, since: float) -> None:
    """By the link of the message, signed in as himself."""
    phone.goto(stack.link_to(one.story.cast["father"], "party_invited", since))
    phone.locator(f"button[name=username][value='{father}']").click()
    phone.get_by_role("button", name="我同意").click()
    expect(phone.locator("main")).to_contain_text("您已同意")


def _goes_on_by_itself(one: Walker) -> None:
    """The page that waits for somebody leads on once he has agreed; without scripts when it is opened again."""
    if not one.scripts:
        one.page.reload()
    expect(one.page).to_have_url(re.compile(f"/cases/{one.case_id}/(#main)?$"), timeout=SOON_MS)
    one.press(one.page.locator("main a[href$='/receipt/']").first)
