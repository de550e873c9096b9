"""python -m devtools.screens [--out FOLDER] [--only WORDS] [--modes NAMES] [--minutes N]: against a running portal."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import django
from playwright.sync_api import Browser, sync_playwright

from devtools.browser import find_browser
from devtools.environment import ROOT
from devtools.messages import DoorError, say
from devtools.screens.camera import Camera, Names
from devtools.screens.figures import Figures
from devtools.screens.listing import Page, pages
from devtools.screens.modes import MODES, Mode

DOCUMENTS = ROOT / "docs" / "screens"
Seen = tuple[Page, Sequence[Mode]]
MOST_MINUTES = 90.0
CHILD = "陈一诺"  # in the scenario of the newborn


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev screens")
    parser.add_argument("--out", type=Path, default=Path(os.environ["PORTAL_VAR"]) / "screens")
    parser.add_argument("--only", default="", help="words in the names of pages, parted by commas")
    parser.add_argument("--modes", default=",".join(MODES), help=f"of {', '.join(MODES)}")
    parser.add_argument("--minutes", type=float, default=MOST_MINUTES, help="what is not seen by then is said and left")
    parser.add_argument("--fast", action="store_true", help="nothing is timed on a slow line")
    parser.add_argument("--album", action="store_true", help="only what the documents show, into docs/screens")
    return parser.parse_args(words)


def main(words: Sequence[str]) -> int:
    """0 when every page keeps every budget."""
    from devtools.screens import album, report, sheets

    asked = arguments(words)
    logging.disable(logging.INFO)  # what is filed here is told by the pictures
    until = time.monotonic() + asked.minutes * 60
    plan = _plan(asked)
    prepared = _prepared([page for page, _ in plan])
    figures: list[Figures] = []
    for of_page in _taken(plan, prepared, asked, until):
        figures += of_page
        report.written(figures, asked.out)
    if asked.album:
        for path in album.made(asked.out, DOCUMENTS):
            print(f"{path.stat().st_size / 1024:>7.0f} KB  {path}")
    for look in asked.modes.split(","):
        sheets.made(asked.out / look, [page.name for page, _ in plan], asked.out / sheets.SHEETS)
    print(report.table(figures))
    say(f"图片在 {asked.out}", f"the pictures are in {asked.out}")
    return 1 if any(any(one.over()) for one in figures) else 0


def _plan(asked: argparse.Namespace) -> list[Seen]:
    """Each page with the looks it is seen in; of the album only what is shown."""
    from devtools.screens import album

    looks = [MODES[name] for name in asked.modes.split(",")]
    plan: list[Seen] = [(page, looks) for page in pages(asked.only)]
    if not asked.album:
        return plan
    shown = {one for leaf in album.leaves() for one in leaf.shown}
    wanted = [(page, [look for look in looks if (page.name, look.name) in shown]) for page, _ in plan]
    return [one for one in wanted if one[1]]


def _prepared(listed: Sequence[Page]) -> dict[str, str]:
    from devtools.screens.prepared import Preparation

    kept = Path(os.environ["PORTAL_VAR"]) / "screens-prepared.json"
    preparation = Preparation(os.environ["PORTAL_URL"], os.environ["MOCK_URL"], kept)
    return preparation.make(frozenset(name for page in listed for name in page.needs()))


def _taken(
    plan: Sequence[Seen], prepared: dict[str, str], asked: argparse.Namespace, until: float
) -> Iterator[list[Figures]]:
    """The figures of one page after the other, in every look."""
    with _browser() as browser:
        camera = Camera(browser, os.environ["PORTAL_URL"], asked.out, names=_names(), is_timed=not asked.fast)
        for page, modes in plan:
            if time.monotonic() > until:
                yield [Figures(page.name, "-", missing=["not seen: the time is up"])]
            elif missing := page.needs() - set(prepared):
                yield [Figures(page.name, "-", missing=[f"not prepared: {', '.join(sorted(missing))}"])]
            else:
                say(f"拍 {page.name}", f"taking {page.name}")
                yield _seen(camera, page, modes, prepared)


def _seen(camera: Camera, page: Page, modes: Sequence[Mode], prepared: dict[str, str]) -> list[Figures]:
    """A page in every look; one that does not open in the first is not waited for in the others."""
    figures: list[Figures] = []
    for mode in modes:
        figures.append(camera.take(page, mode, prepared))
        if not figures[0].is_open:
            break
    return figures


def _names() -> Names:
    from portal.demo.people import CITIZENS, OPERATORS
    from portal.ui.script import traditional

    known = [*CITIZENS.values(), CHILD, *(name for pair in OPERATORS.values() for name in pair)]
    return Names(tuple(known), tuple(turned for name in known if (turned := traditional(name)) != name))


@contextmanager
def _browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None or not shutil.which(path):
        raise DoorError("没有找到浏览器；装 chromium", "no browser found; install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


if __name__ == "__main__":
    django.setup()
    sys.exit(main(sys.argv[1:]))
