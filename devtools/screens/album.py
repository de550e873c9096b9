"""The few pictures that the documents show, small enough for a repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

FILE = Path(__file__).with_name("album.yaml")
GAP = 32
GROUND = "#e8ecf2"
WIDEST = 1600
QUALITY = 78


@dataclass(frozen=True, slots=True)
class Leaf:
    """One picture: pages beside each other, each in its look, so many pixels of their height."""

    picture: str
    shown: tuple[tuple[str, str], ...]
    tall: int


def leaves() -> list[Leaf]:
    return [_leaf(row) for row in yaml.safe_load(FILE.read_text(encoding="utf-8"))]


def _leaf(row: Mapping[str, Any]) -> Leaf:
    names: list[str] = row["of"]
    looks: list[str] | str = row["in"]
    each = looks if isinstance(looks, list) else [looks] * len(names)
    return Leaf(row["picture"], tuple(zip(names, each, strict=True)), row["tall"])


def made(taken: Path, out: Path) -> Iterator[Path]:
    """Compose and compress every leaf from the pictures of a run; a leaf whose pages were not taken stays as it is."""
    out.mkdir(parents=True, exist_ok=True)
    for leaf in leaves():
        pictures = [taken / look / f"{name}.png" for name, look in leaf.shown]
        if all(picture.exists() for picture in pictures):
            path = out / f"{leaf.picture}.webp"
            _beside([_top(picture, leaf.tall) for picture in pictures]).save(path, quality=QUALITY, method=6)
            yield path


def _top(path: Path, tall: int) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB").crop((0, 0, picture.width, min(tall, picture.height)))


def _beside(pictures: list[Image.Image]) -> Image.Image:
    """One alone as it is, several on a quiet ground."""
    if len(pictures) > 1:
        width = sum(one.width + GAP for one in pictures) + GAP
        sheet = Image.new("RGB", (width, max(one.height for one in pictures) + 2 * GAP), GROUND)
        at = GAP
        for one in pictures:
            sheet.paste(one, (at, GAP))
            at += one.width + GAP
    else:
        sheet = pictures[0]
    if sheet.width <= WIDEST:
        return sheet
    return sheet.resize((WIDEST, round(sheet.height * WIDEST / sheet.width)), Image.Resampling.LANCZOS)
