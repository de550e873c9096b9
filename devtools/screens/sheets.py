"""Contact sheets: all pages of a look beside each other, so that a run can be looked through in minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

SHEETS = "sheets"
GAP, HEAD = 10, 18
# Width and height of a page on a sheet, pages in a row, rows: narrow looks and wide ones.
NARROW_LOOK = (312, 900, 8, 2)
WIDE_LOOK = (620, 700, 4, 3)
WIDE_FROM = 800  # pixels of a picture


def made(look: Path, names: Sequence[str], out: Path) -> list[Path]:
    """Sheets of the pictures of one look, in the order of the list; where they are."""
    shown = [look / f"{name}.png" for name in names if (look / f"{name}.png").exists()]
    if not shown:
        return []
    with Image.open(shown[0]) as first:
        shape = WIDE_LOOK if first.width >= WIDE_FROM else NARROW_LOOK
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, pictures in enumerate(_sheets_of(shown, shape[2] * shape[3]), start=1):
        path = out / f"{look.name}-{number}.png"
        _sheet(pictures, shape).quantize(128).save(path, optimize=True)
        paths.append(path)
    return paths


def _sheets_of(pictures: Sequence[Path], most: int) -> Iterator[Sequence[Path]]:
    for at in range(0, len(pictures), most):
        yield pictures[at : at + most]


def _sheet(pictures: Sequence[Path], shape: tuple[int, int, int, int]) -> Image.Image:
    width, height, columns, _ = shape
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP), rows * (height + HEAD + GAP)), "#6b7280")
    pen = ImageDraw.Draw(sheet)
    for number, path in enumerate(pictures):
        left, top = number % columns * (width + GAP), number // columns * (height + HEAD + GAP)
        pen.text((left + 2, top + 3), path.stem, fill="#ffffff")
        with Image.open(path) as picture:
            sheet.paste(_shown(picture.convert("RGB"), width, height), (left, top + HEAD))
    return sheet


def _shown(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The top of a page, as wide as its place."""
    tall = max(1, round(picture.height * width / picture.width))
    small = picture.resize((width, tall), Image.Resampling.LANCZOS)
    return small.crop((0, 0, width, min(tall, height)))
