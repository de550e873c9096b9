"""A case taken back on its page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor


def takes_back(person: Visitor, case_id: str) -> None:
    """All of it, as long as nothing is decided."""
    page = person.page
    page.goto(f"/cases/{case_id}/")
    person.hands.press(page.locator("#take-back summary"))
    person.hands.tick(page.locator("#take-back input[value=all]"))
    person.press(page.locator("#take-back button[type=submit]"))
    expect(page.locator("main")).to_contain_text("撤回")
    person.gone(f"/cases/{case_id}/", "#take-back")
