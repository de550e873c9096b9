"""The administration under its content policy: nothing inline runs, nothing of it breaks in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, SignedIn

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
MATTERS = "/admin/bundles/matter/"


def watched(page: Page) -> list[str]:
    """What the browser complains of from now on: refusals by the policy and scripts that fell over."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda said: heard.append(said.text) if "Content Security Policy" in said.text else None)
    return heard


def test_the_administration_works_under_its_policy(signed_in: SignedIn) -> None:
    admin = signed_in("", DESKTOP)
    heard = watched(admin)
    answer = admin.goto("/admin/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy and "frame-ancestors 'none'" in policy
    admin.locator("input[name=username]").fill("admin")
    admin.locator("input[name=password]").fill("one-thing-demo")
    admin.locator("[type=submit]").first.click()
    expect(admin).to_have_title(re.compile("站点管理"))
    _change_list(admin)
    _change_form_with_autocomplete(admin)
    assert heard == []


def test_an_inline_script_does_not_run_there(signed_in: SignedIn) -> None:
    admin = signed_in("admin", DESKTOP)
    admin.goto(MATTERS)
    admin.evaluate(
        "() => { const one = document.createElement('script'); one.textContent = 'window.ran = 1';"
        " document.body.append(one); }"
    )
    assert admin.evaluate("window.ran") is None


def _change_list(admin: Page) -> None:
    admin.goto(f"{MATTERS}?q=出生")
    expect(admin.locator("#result_list tbody tr").first).to_be_visible()


def _change_form_with_autocomplete(admin: Page) -> None:
    admin.locator("#result_list tbody th a").first.click()
    choice = admin.locator(".field-dept .select2-selection").first
    choice.click()
    admin.locator(".select2-search__field").last.fill("公安")
    expect(admin.locator(".select2-results__option", has_text="公安").first).to_be_visible()
