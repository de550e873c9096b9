"""Long lists in pages with plain links: the page that the address names, and those before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.citizen.shown.narrowing import address_with
from portal.citizen.shown.parts import Link

MOST = 100_000


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a list stands. `last` 0: nobody has counted how many there are."""

    number: int
    last: int
    before: Link | None
    after: Link | None


def number_of(text: str) -> int:
    """The page that an address asks for; the first one where it asks for nonsense."""
    return max(1, min(int(text), MOST)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def counted(address: str, kept: Mapping[str, str], number: int, *, total: int, each: int) -> Pages:
    """Pages of a list that has been counted; a number beyond the end is the last page."""
    last = max(1, -(-total // each))
    number = min(number, last)
    before = _to(address, kept, number - 1, _("上一页")) if number > 1 else None
    return Pages(number, last, before, _to(address, kept, number + 1, _("下一页")) if number < last else None)


def newest_first(
    address: str, kept: Mapping[str, str], number: int, *, has_more: bool, key: str = "page", place: str = ""
) -> Pages:
    """Pages of a history, of which it is only known whether there is more; `place` is where it begins on its page."""
    before = _to(address, kept, number - 1, _("更新的"), key, place) if number > 1 else None
    after = _to(address, kept, number + 1, _("更早的"), key, place) if has_more else None
    return Pages(number, 0, before, after)


def _to(address: str, kept: Mapping[str, str], number: int, title: str, key: str = "page", place: str = "") -> Link:
    """The first page has the plain address: what is shared is as short as can be."""
    return Link(title, address_with(address, {**kept, **({key: str(number)} if number > 1 else {})}) + place)
