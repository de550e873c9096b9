"""Journeys: the real portal in processes of its own, walked with a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.stack import Stack, running_stack

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
PATIENCE_MS = 20_000
SignedIn = Callable[..., Page]


@pytest.fixture(scope="session")
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
