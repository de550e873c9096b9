"""How many seats each choice has in a batch: entered as lines of text, or a table saved as CSV."""

from __future__ import annotations

import csv
import io

from django.db import transaction
from django.utils.translation import gettext as _

from cases.errors import NotReady
from cases.models import AllocationSeat

MOST_LINES = 5000
MOST_SEATS = 100_000
LONGEST_NAME = 100
HEADINGS = frozenset({"名额", "志愿", "学校", "choice", "capacity"})


@transaction.atomic
def enter(bundle_code: str, batch: str, text: str) -> int:
    """Replace the seats of a batch by lines "choice,capacity"; returns how many choices there are.

    A run keeps the seats that were there when its data were frozen. Raises NotReady with each line that is wrong, and
    then changes nothing.
    """
    found, faults = _read(text)
    if faults:
        raise NotReady(
            _("有 %(count)s 行要改：%(first)s") % {"count": len(faults), "first": faults[0][1]}, tuple(faults)
        )
    if not found:
        raise NotReady(_("请每行写一个志愿和名额，如：第一小学,120"))
    AllocationSeat.objects.filter(bundle_code=bundle_code, batch=batch).delete()
    AllocationSeat.objects.bulk_create(
        AllocationSeat(bundle_code=bundle_code, batch=batch, choice=choice, capacity=capacity)
        for choice, capacity in found.items()
    )
    return len(found)


def _read(text: str) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """The choices with their seats, and what is wrong by line."""
    found: dict[str, int] = {}
    faults: list[tuple[str, str]] = []
    lines = csv.reader(io.StringIO(text.replace("，", ",").replace("\t", ",")))
    for number, cells in enumerate(lines, start=1):
        cells = [cell.strip().lstrip("\ufeff") for cell in cells]
        if not any(cells) or (number == 1 and not HEADINGS.isdisjoint(cells)):
            continue
        fault = _fault(number, cells, found)
        if fault:
            faults.append((f"line.{number}", fault))
        else:
            found[cells[0]] = int(cells[1])
    return found, faults


def _fault(number: int, cells: list[str], found: dict[str, int]) -> str:
    if number > MOST_LINES:
        return f"最多 {MOST_LINES} 行"
    if len(cells) < 2 or not cells[0] or len(cells[0]) > LONGEST_NAME:
        return f"第{number}行应是“志愿,名额”两项"
    if not cells[1].isascii() or not cells[1].isdecimal() or int(cells[1]) > MOST_SEATS:
        return f"第{number}行的名额应是 0 到 {MOST_SEATS} 的整数"
    return f"第{number}行的{cells[0]}写了两次" if cells[0] in found else ""
