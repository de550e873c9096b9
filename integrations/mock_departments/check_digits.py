"""Numbers with a check character: identity numbers, credit codes, bank cards, ships."""

from __future__ import annotations

import hashlib
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def id_check(first17: str) -> str:
    """Last character of an identity number (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def identity_number(region: str, birth: date, sequence: int) -> str:
    """Identity number of a person; an odd sequence is a man's, an even one a woman's."""
    first17 = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return first17 + id_check(first17)


def newborn_number(birth: date, first: int, place: int) -> str:
    """Identity number of the n-th child born on a day, counted from 0; one area has numbers for some 447 of a sex.

    The city registers first in 350203; a busier day goes on in made-up areas of the same city and province.
    """
    per_area = (999 - first) // 2 + 1
    area, within = divmod(place, per_area)
    region = 350203 if area == 0 else 350299 + area
    if region > 359999:
        raise ValueError(f"more births on {birth} than the province has numbers for")
    return identity_number(f"{region}", birth, first + 2 * within)


def is_identity_number(text: object) -> bool:
    """Whether a text is an identity number with the right check character and a day that exists."""
    if not isinstance(text, str) or len(text) != 18 or not text[:17].isdigit():
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return id_check(text[:17]) == text[17].upper()


def credit_code(first8: str, serial: int) -> str:
    """Unified social credit code (GB 32100) of an invented body with a serial number."""
    weights9 = (3, 7, 9, 10, 5, 8, 4, 2)
    eight = f"MA9{'YABCDEFGHJKLMNPQRTUWX'[serial // 10_000]}{serial % 10_000:04d}"
    remainder = (11 - sum(int(c, 36) * w for c, w in zip(eight, weights9, strict=True)) % 11) % 11
    first17 = first8 + eight + ("X" if remainder == 10 else str(remainder))
    total = sum(_USCC_ALPHABET.index(c) * 3**place % 31 for place, c in enumerate(first17))
    return first17 + _USCC_ALPHABET[(31 - total % 31) % 31]


def luhn(first: str) -> str:
    """A bank card number from its digits before the check digit."""
    total = 0
    for place, digit in enumerate(reversed(first)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return first + str(-total % 10)


def steady(seed: str, low: int, high: int) -> int:
    """A number between two bounds that is always the same for the same seed text."""
    return low + int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % (high - low + 1)
