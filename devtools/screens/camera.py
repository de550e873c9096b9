"""Opens pages in a browser as the demo people, takes their pictures and measures them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Response
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page as Tab

from devtools.screens import modes, paper
from devtools.screens.figures import GRAVE, NARROW, PAINT_S, THROTTLED, Figures
from devtools.screens.listing import TERMINAL, Page
from devtools.screens.modes import MEASURED_FULLY, Mode

PROBE = (Path(__file__).with_name("probe.js")).read_text(encoding="utf-8")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
PATIENCE_MS = 15_000
TALLEST = 6000
TRIES = 3
SHIFTS = """() => { window.__shift = 0; new PerformanceObserver((list) => { for (const one of list.getEntries())
 if (!one.hadRecentInput) window.__shift += one.value; }).observe({ type: "layout-shift", buffered: true }); }"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
PICTURES = frozenset({"image", "media"})


@dataclass(frozen=True, slots=True)
class Names:
    """People and companies of the demonstration: Chinese on English pages too, and never in other characters."""

    known: tuple[str, ...]
    turned: tuple[str, ...]


class Camera:
    """One browser for the whole run. A person signs in once and keeps the session over all looks."""

    def __init__(self, browser: Browser, base_url: str, out: Path, *, names: Names, is_timed: bool = True) -> None:
        self._browser, self._base_url, self._out = browser, base_url, out
        self._names, self._is_timed = names, is_timed
        self._sessions: dict[str, Any] = {}

    def take(self, page: Page, mode: Mode, prepared: Mapping[str, str]) -> Figures:
        """Picture and figures of a page in a look; a page that does not open is a figure over budget too."""
        found = Figures(page.name, mode.name)
        context = self._context(page.whom(prepared), mode, _size(page, mode))
        try:
            tab = context.new_page()
            tab.set_default_timeout(PATIENCE_MS)
            if not page.is_picture_only:
                self._listen(tab, found)
            self._open(tab, page, page.address(prepared), found)
            found.is_open = found.status == page.status
            if found.is_open:
                self._picture(tab, page, mode)
                if page.prints and mode.name == MEASURED_FULLY:
                    paper.printed(tab, self._out / "print" / f"{page.name}.png")
                if not page.is_picture_only:
                    self._judge(tab, page, mode, found)
        except BrowserError as error:
            found.missing.append(str(error).splitlines()[0])
        finally:
            context.close()
        return found

    # -- the way there -----------------------------------------------------------------------------------------------
    def _context(self, person: str, mode: Mode, size: tuple[int, int]) -> BrowserContext:
        width, height = size
        context = self._browser.new_context(
            base_url=self._base_url,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            storage_state=self._session(person),
            service_workers="block",
        )
        for name, value in mode.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": self._base_url}])
        return context

    def _session(self, person: str) -> Any:
        """Cookies of somebody signed in with one tap; nobody has none. A terminal is registered for every
        page anew: there is one of it, and who stands at it is wiped away after a minute.
        """
        if not person:
            return None
        if person in self._sessions:
            return self._sessions[person]
        context = self._browser.new_context(base_url=self._base_url, locale="zh-CN")
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE_MS)
        _at_terminal(tab, person.partition(":")[2]) if person.startswith(TERMINAL) else _signed_in(tab, person)
        state = context.storage_state()
        context.close()
        if not person.startswith(TERMINAL):
            self._sessions[person] = state
        return state

    def _open(self, tab: Tab, page: Page, address: str, found: Figures) -> None:
        measured = self._is_timed and found.mode == MEASURED_FULLY
        tab.add_init_script(f"({SHIFTS})()")
        response = tab.goto(address)
        for selector in page.follow:
            with tab.expect_navigation() as opened:
                tab.locator(selector).first.click()
            response = opened.value
        for step in page.do:
            _act(tab, step)
        found.status = response.status if response else 0
        if found.status != page.status:
            found.missing.append(f"{found.status} {tab.url}")
            return
        _settle(tab)
        if measured and not page.do and not page.is_picture_only:
            self._weigh(tab, found)

    def _weigh(self, tab: Tab, found: Figures) -> None:
        """The page again, with nothing kept and a slow line; the best of some tries, for the machine may be busy."""
        line = tab.context.new_cdp_session(tab)
        line.send("Network.enable")
        line.send("Network.setCacheDisabled", {"cacheDisabled": True})
        line.send("Network.emulateNetworkConditions", THROTTLED)
        parts: list[Response] = []

        def came(response: Response) -> None:
            parts.append(response)

        tab.on("response", came)
        for _ in range(TRIES):
            parts.clear()
            tab.reload()
            _settle(tab)
            paint = float(tab.evaluate(PAINT)) / 1000
            found.paint_s = min(paint, found.paint_s or paint)
            found.shift = float(tab.evaluate("window.__shift"))
            found.weight_kb = sum(_packed(one) for one in list(parts)) / 1024
            if found.paint_s <= PAINT_S:
                break
        line.detach()

    # -- what is seen ------------------------------------------------------------------------------------------------
    def _picture(self, tab: Tab, page: Page, mode: Mode) -> None:
        folder = self._out / mode.name
        folder.mkdir(parents=True, exist_ok=True)
        with _whole(tab, page, _size(page, mode)):
            tab.screenshot(path=folder / f"{page.name}.png")

    def _judge(self, tab: Tab, page: Page, mode: Mode, found: Figures) -> None:
        told = tab.evaluate(PROBE, asdict(self._names))
        found.headings, found.unmarked = told["headings"], told["unmarked"][:5]
        found.foreign, found.turned = told["foreign"][:12], told["turned"]
        found.fallback = told["fallback"]
        found.missing += [f"lang {told['lang']}"] if told["lang"] != mode.language else []
        found.missing += [] if told["skip"] else ["no skip link"]
        if told["wide"] > 0:
            found.sideways.append(f"{_size(page, mode)[0]} px: {told['wide']} px too wide")
        with _whole(tab, page, _size(page, mode)):  # or what stays at the foot of the screen hides half a button
            violations = Axe().run(tab, options=RULES).response["violations"]
        for one in violations:
            said = f"{one['id']} {one['nodes'][0]['html'][:110]}"
            (found.grave if one["impact"] in GRAVE else found.minor).append(said)
        if not page.is_at_terminal:
            self._squeeze(tab, found)

    def _squeeze(self, tab: Tab, found: Figures) -> None:
        """320 px, which is also 400 % on a desktop."""
        tab.set_viewport_size({"width": NARROW, "height": 640})
        wide = int(tab.evaluate("document.documentElement.scrollWidth")) - NARROW
        if wide > 0:
            found.sideways.append(f"{NARROW} px: {wide} px too wide")

    def _listen(self, tab: Tab, found: Figures) -> None:
        """What the console complains of; not that the page itself answers with a refusal, which is meant."""

        def heard(said: ConsoleMessage) -> None:
            if said.type == "error" and said.location.get("url") != tab.url:
                found.complaints.append(said.text[:160])

        tab.on("pageerror", lambda error: found.complaints.append(str(error)[:120]))
        tab.on("console", heard)


@contextmanager
def _whole(tab: Tab, page: Page, size: tuple[int, int]) -> Iterator[None]:
    """A screen as tall as the page; that of a terminal is as tall as it is, and its pages know."""
    width, height = size
    tall = min(TALLEST, max(height, int(tab.evaluate("document.documentElement.scrollHeight"))))
    tab.set_viewport_size({"width": width, "height": height if page.is_at_terminal else tall})
    yield
    tab.set_viewport_size({"width": width, "height": height})


def _size(page: Page, mode: Mode) -> tuple[int, int]:
    return modes.TERMINAL if page.is_at_terminal and mode.size == modes.PHONE else mode.size


def _signed_in(tab: Tab, person: str) -> None:
    tab.goto("/sign-in/")
    tab.locator(f"button[name=username][value='{person}']").click()
    tab.wait_for_load_state()


def _at_terminal(tab: Tab, person: str) -> None:
    """The browser becomes the terminal of the demonstration; the person lays their card on its reader."""
    tab.goto("/kiosk/setup/")
    tab.locator("form[action$='/kiosk/setup/demo/'] button").click()
    tab.wait_for_load_state()
    if person:
        tab.goto("/kiosk/sign-in/")
        tab.locator("details summary").last.click()
        tab.locator(f"button[name=username][value='{person}']").click()
        tab.wait_for_url("**/kiosk/**")


def _settle(tab: Tab) -> None:
    """Loaded, scripts mounted, fonts there. Never until the network is still: live pages keep asking."""
    tab.wait_for_load_state("load")
    tab.evaluate("() => Promise.all([document.fonts.ready, new Promise((done) => setTimeout(done, 300))])")


def _act(tab: Tab, step: Mapping[str, Any]) -> None:
    """One step of `do`: {fill: selector, with: text}, {click: selector}, {check: selector} or {wait: selector}."""
    if "fill" in step:
        tab.locator(step["fill"]).first.fill(str(step["with"]))
    elif "check" in step:
        tab.locator(step["check"]).first.check()
    elif "wait" in step:
        tab.locator(step["wait"]).first.wait_for()
    else:
        tab.locator(step["click"]).first.click()
        tab.wait_for_load_state()


def _packed(response: Response) -> int:
    """Bytes of a part of the page as they travel compressed; pictures do not count."""
    if response.request.resource_type in PICTURES or not response.url.startswith("http"):
        return 0
    try:
        body = response.body()
    except BrowserError:
        return 0
    return len(gzip.compress(body, 6))
