"""Papers that people hand in: a PDF that opens, a photograph that can be read, and what is wrong with others."""

from __future__ import annotations

import io
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter


@cache
def pdf(pages: int = 1) -> bytes:
    """Blank pages of A4."""
    sheets = [Image.new("L", (60, 84), 255) for _ in range(pages)]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


PDF = pdf()


@cache
def photograph(seed: int = 0, *, blur: float = 0, light: float = 1, size: tuple[int, int] = (1200, 1600)) -> bytes:
    """A page with many fine strokes, as sharp and as bright as wanted; each seed is another page."""
    sheet = Image.new("L", size, 240)
    pen = ImageDraw.Draw(sheet)
    for line in range(60, size[1] - 60, 60):
        for at in range(60, size[0] - 60, 14):
            pen.line((at, line, at + 6, line + 20 + (at * (seed + 3)) % 12), fill=30, width=3)
    pen.rectangle((10 + 8 * seed, 10, 16 + 8 * seed, 30), fill=30)
    if blur:
        sheet = sheet.filter(ImageFilter.GaussianBlur(blur))
    out = io.BytesIO()
    sheet.point([min(255, round(grey * light)) for grey in range(256)]).convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def photo(name: str = "照片.jpg", seed: int = 0, *, blur: float = 0, light: float = 1) -> SimpleUploadedFile:
    """A photograph as a form posts it."""
    return SimpleUploadedFile(name, photograph(seed, blur=blur, light=light), "image/jpeg")
