"""A page as it leaves a printer: A4, the sheets side by side in one picture."""

from __future__ import annotations

from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import Page as Tab

SCALE = 0.9  # of 72 dots an inch: enough to see what is cut
MOST = 6
GAP = 12


def printed(tab: Tab, path: Path) -> int:
    """The picture of the sheets; how many there are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    paper = pypdfium2.PdfDocument(tab.pdf(format="A4", prefer_css_page_size=True, print_background=False))
    sheets = [paper[index].render(scale=SCALE).to_pil() for index in range(min(MOST, len(paper)))]
    width = sum(sheet.width + GAP for sheet in sheets)
    beside = Image.new("RGB", (width, max(sheet.height for sheet in sheets)), "#888888")
    at = 0
    for sheet in sheets:
        beside.paste(sheet, (at, 0))
        at += sheet.width + GAP
    beside.save(path)
    return len(paper)
