"""QR codes, drawn into the page."""

from __future__ import annotations

from functools import lru_cache

import segno
from django.utils.safestring import SafeString, mark_safe


@lru_cache(maxsize=512)  # each costs some ten milliseconds, and a page of results has one a certificate
def qr_code(text: str) -> SafeString:
    """A QR code as one SVG path, drawn in ink on white."""
    return mark_safe(segno.make(text, error="m").svg_inline(border=1, dark="#1b2430", light="#fff", omitsize=True))
