"""One person on one page: what is pressed, what it takes, and axe at the first look at every page."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page

from tests.journeys.hands import Finger, Hands, Keys
from tests.journeys.newborn_pages import no_grave_findings
from tests.journeys.pace import Pace

SOON_S = 60.0
AGAIN_MS = 500
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


class Visitor:
    """`inputs` counts what was typed, chosen or brought; `pace` says how long all of it takes a person."""

    def __init__(self, page: Page, hands: Hands | None = None, *, scripts: bool = True) -> None:
        """`scripts`: whether scripts run on the page; axe is one."""
        self.page = page
        self.scripts = scripts
        self.hands = hands or Finger()
        self.pace = Pace()
        self.inputs = 0
        self._looked_at: set[str] = set()

    def press(self, control: Locator) -> None:
        """What leads to another page, or shows this one anew."""
        self.pace.tap()
        self.hands.find(control)  # before: the way past the head of a page is a navigation of its own
        with self.page.expect_navigation():
            self.hands.press(control)

    def tick(self, box: Locator) -> None:
        self.inputs += 1
        self.pace.tap()
        self.hands.tick(box)

    def keeps_the_place(self) -> None:
        """A part of the page came anew: whoever works by keys goes on from where that was."""
        if isinstance(self.hands, Keys):
            held = self.page.evaluate("document.activeElement.closest('main')?.id ?? ''")
            assert held == "main", f"{self.page.url}: the focus is lost"

    def look(self) -> None:
        """Read the page; the first time, with axe."""
        self.pace.come_to(self.page)
        kind = ID.sub("", self.page.url.split("#")[0])
        if self.scripts and kind not in self._looked_at:
            self._looked_at.add(kind)
            no_grave_findings(self.page)

    def found(self, path: str, selector: str) -> Locator:
        """What stands on a page once the departments have done their part; the page is asked for again until then."""
        self._until(path, selector, there=True)
        return self.page.locator(selector).first

    def gone(self, path: str, selector: str) -> None:
        """The same of what must not stand there any more."""
        self._until(path, selector, there=False)

    def _until(self, path: str, selector: str, *, there: bool) -> None:
        end = time.monotonic() + SOON_S
        while True:
            self.page.goto(path)
            if bool(self.page.locator(selector).count()) is there:
                return
            assert time.monotonic() < end, f"{path}: {selector}, {self.page.locator('main').inner_text()[:600]}"
            self.page.wait_for_timeout(AGAIN_MS)
