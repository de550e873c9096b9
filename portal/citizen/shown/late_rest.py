"""What came from registers while the page of what is left stood open, in one line above its questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from bundles import forms
from cases.queries.left_open import Rest, cells_of, sections_with
from cases.queries.looked_up import looked_up
from portal.citizen.language import lang
from portal.citizen.shown.arrivals import Arrived, arrived_in

AT, OF = "at", "of"
MOST_ASKED = 60
MOST_NAMED = 2


@dataclass(frozen=True, slots=True)
class LateNews:
    """What has come since the page was shown. `waiting` are the registers that are still asked, `others` more of them.

    `left` of the page's questions are open still; `moot` of them are asked no more; `filled_in` as its head says.
    """

    waiting: Sequence[str]
    others: int
    is_awaited: bool
    arrived: Sequence[Arrived]
    left: int
    moot: int
    filled_in: int

    @property
    def came(self) -> int:
        """How many questions are off the person's hands."""
        return len(self.arrived) + self.moot


def address(case_id: object, cells: Mapping[str, forms.FieldView]) -> str:
    """Where a page asks for what came: it names its questions that stood empty, and how many it showed."""
    empty = [(AT, path) for path, cell in cells.items() if not cell.value and not cell.values]
    return reverse("citizen:rest_arrivals", args=[case_id]) + "?" + urlencode([(OF, len(cells)), *empty])


def asked_about(query: QueryDict) -> tuple[list[str], int]:
    """The questions that stood empty on the page, and how many it showed in all."""
    paths = list(dict.fromkeys(query.getlist(AT)))[:MOST_ASKED]
    count = query.get(OF, "")
    return paths, max(int(count) if count.isdecimal() and len(count) < 4 else 0, len(paths))


def news(case: Any, rest: Rest, paths: Collection[str], count: int) -> LateNews:
    """What has come for a page on which the questions at these paths stood empty, `count` with the others."""
    page = looked_up(case, None, lang())
    waiting = [one.title for one in page.in_state("waiting")]
    views = sections_with(rest.frame, paths, lang=lang())
    now = {path: cell for view in views for path, cell in cells_of(view).items()}
    came = arrived_in([now[path] for path in paths if path in now])
    moot = sum(path not in now for path in paths)
    return LateNews(
        waiting=waiting[:MOST_NAMED],
        others=max(0, len(waiting) - MOST_NAMED),
        is_awaited=page.is_awaited,
        arrived=came,
        left=max(0, count - len(came) - moot),
        moot=moot,
        filled_in=rest.filled_in,
    )
