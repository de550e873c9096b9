"""Pages in a browser as they are judged: opened without motion, looked through by axe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def opened(browser: Browser, width: int, **options: Any) -> BrowserContext:
    """A browser of somebody who wants nothing to move: a colour caught half way is nobody's colour."""
    size = {"width": width, "height": 844}
    return browser.new_context(**{"viewport": size, "locale": "zh-CN", "reduced_motion": "reduce", **options})


def found_by_axe(page: Page, rules: Mapping[str, Any] = WCAG) -> Any:
    """What axe says about every rule of WCAG 2.2 A and AA, or about others; all places only of what is wrong."""
    return Axe().run(page, options={**rules, "resultTypes": ["violations"]}).response


def violations(page: Page) -> list[tuple[str, str]]:
    """Each rule that is broken, with the first place where it is."""
    return [(one["id"], one["nodes"][0]["html"]) for one in found_by_axe(page)["violations"]]
