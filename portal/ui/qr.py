"""QR codes, drawn into the page."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(text: str) -> SafeString:
    """A QR code as one SVG path, drawn in ink on white."""
    return mark_safe(segno.make(text, error="m").svg_inline(border=1, dark="#1b2430", light="#fff", omitsize=True))
