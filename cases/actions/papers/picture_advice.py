"""Whether a picture of a paper can be read: advice, never a refusal. The browser judges by the same figures.

All is judged on the picture in grey, about SIDE points long: how bright its brightest tenth is, and how sharp its
sharpest parts are (variance of the Laplacian). static/js/look.js has the same numbers.
"""

from __future__ import annotations

from PIL import Image, ImageFilter, ImageStat

SIDE = 1000
SMALL_SIDE = 700  # points along the longer side, below which small print is lost
BLANK_SPREAD = 4.0  # standard deviation of grey
DARK_BELOW = 95  # grey of the brightest tenth, of 255
SHARP_ABOVE = 60.0  # variance of the Laplacian in the sharpest parts
PARTS, SHARPEST = 6, 4  # the picture is cut in 6 × 6; the 4 sharpest parts speak for it

SMALL, BLANK, DARK, BLURRED = "small", "blank", "dark", "blurred"
_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def advice_on(picture: Image.Image) -> str:
    """SMALL, BLANK, DARK or BLURRED; empty for a picture there is nothing to say about."""
    if max(picture.size) < SMALL_SIDE:
        return SMALL
    grey = picture.reduce(max(max(picture.size) // SIDE, 1)).convert("L")
    if ImageStat.Stat(grey).stddev[0] < BLANK_SPREAD:
        return BLANK
    if _brightest_tenth(grey.histogram()) < DARK_BELOW:
        return DARK
    return BLURRED if _sharpness(grey) < SHARP_ABOVE else ""


def _brightest_tenth(histogram: list[int]) -> int:
    left = sum(histogram) // 10
    for grey in range(255, -1, -1):
        left -= histogram[grey]
        if left <= 0:
            return grey
    return 0


def _sharpness(grey: Image.Image) -> float:
    width, height = grey.width - 2, grey.height - 2
    edges = grey.filter(_LAPLACE).crop((1, 1, width + 1, height + 1))  # its frame is left as it was
    steps = [(x * width // PARTS, y * height // PARTS) for y in range(PARTS) for x in range(PARTS)]
    boxes = [(x, y, x + width // PARTS, y + height // PARTS) for x, y in steps]
    found = sorted((ImageStat.Stat(edges.crop(box)).var[0] for box in boxes), reverse=True)
    return sum(found[:SHARPEST]) / SHARPEST
