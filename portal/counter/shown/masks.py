"""Values by their shape: how a value is written shows, what it says does not."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.utils.translation import gettext as _

LONGEST = 40
_SIGNS = {"L": "某", "N": "#"}


def shape(value: Any) -> str:
    """13800001234 is ###########, 2026-10-30 is ####-##-##, 陈一诺 is 某某某; letters of any script count alike."""
    if isinstance(value, bool):
        return _("是或否")
    text = "" if value is None else str(value)
    marks = "".join(_sign(sign) for sign in text[:LONGEST])
    return marks + ("…" if len(text) > LONGEST else "")


def _sign(sign: str) -> str:
    if sign.isascii() and sign.isalpha():
        return "A"
    return _SIGNS.get(unicodedata.category(sign)[0], sign)
