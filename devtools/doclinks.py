"""`./dev docs`: every link between the documents leads to a file, and to a heading that is there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
NOT_IN_AN_ANCHOR = re.compile(r"[^\w\- ]")


def report(root: Path) -> int:
    """Print every broken link; how many there are."""
    broken = list(broken_links(root))
    for line in broken:
        print(line, file=sys.stderr)
    return len(broken)


def broken_links(root: Path) -> Iterator[str]:
    """One line for each link that leads nowhere. Links out of the repository are not followed."""
    for page in documents(root):
        text = FENCE.sub("", page.read_text(encoding="utf-8"))
        for target in LINK.findall(text):
            if "://" not in target and not target.startswith("mailto:") and not _leads_somewhere(page, target):
                yield f"{page.relative_to(root)}: {target}"


def documents(root: Path) -> list[Path]:
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")])


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = page if not path else (page.parent / path)
    if not file.exists():
        return False
    return not anchor or file.suffix != ".md" or anchor in anchors(file.read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    """The anchors a reader of the repository's pages gets for the headings of a document."""
    return {NOT_IN_AN_ANCHOR.sub("", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}
