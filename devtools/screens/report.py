"""The table at the end, and the same as a file that other programs can read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from devtools.screens.figures import Figures


def written(figures: Sequence[Figures], out: Path) -> None:
    """figures.json beside the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    told = [asdict(one) | {"over": list(one.over())} for one in figures]
    (out / "figures.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def table(figures: Sequence[Figures]) -> str:
    """One line a page: figures of the measured look, then everything that is over budget in any look."""
    by_page: dict[str, list[Figures]] = {}
    for one in figures:
        by_page.setdefault(one.page, []).append(one)
    head = f"{'page':<24}{'KB':>7}{'paint s':>9}{'shift':>7}{'axe':>5}{'minor':>7}  looks"
    return "\n".join([head, "─" * len(head), *(_row(page, seen) for page, seen in by_page.items()), *_over(figures)])


def _row(page: str, seen: Sequence[Figures]) -> str:
    full = next((one for one in seen if one.weight_kb is not None), None)
    figures = f"{full.weight_kb:>7.1f}{full.paint_s:>9.2f}{full.shift:>7.3f}" if full else " " * 23
    grave, minor = (sum(len(getattr(one, kind)) for one in seen) for kind in ("grave", "minor"))
    looks = " ".join(f"{one.mode}{'✗' if any(one.over()) else '✓'}" for one in seen)
    return f"{page:<24}{figures}{grave:>5}{minor:>7}  {looks}"


def _over(figures: Sequence[Figures]) -> list[str]:
    lines: dict[str, list[str]] = {}
    for one in figures:
        for said in one.over():
            lines.setdefault(f"{one.page}: {said}", []).append(one.mode)
    if not lines:
        return ["", "every page keeps every budget"]
    return ["", "over budget:", *(f"  {said}  [{', '.join(modes)}]" for said, modes in lines.items())]
