"""F: filing, and the answer to it."""

from __future__ import annotations

from typing import Any

from ..answers import DECIDED
from ..findings import Skipped, expect
from ..line import TOTAL_S, Reply
from ..portal import Portal
from .register import check


@check("F1")
def a_filing_is_answered(portal: Portal) -> str:
    filing = portal.file()
    said = filing.answer()
    expect(isinstance(filing.ended, Reply) and filing.ended.status in {200, 202}, f"{filing.ended}")
    return f"{filing.ended.status} {said['status']}"


@check("F2")
def an_incomplete_filing_is_answered(portal: Portal) -> str:
    filing = portal.file(complete=False)
    if isinstance(filing.ended, Reply) and filing.ended.status in {400, 403, 422}:
        return f"{filing.ended.status}"
    return f"{filing.ended.status} {filing.answer()['status']}"


@check("F3")
def unknown_keys_are_ignored(portal: Portal) -> str:
    filing = portal.file(more={"x_of_a_later_version": {"list": [1, {"a": None}]}, "disputed": []})
    said = filing.answer()
    expect(isinstance(filing.ended, Reply) and filing.ended.status in {200, 202}, f"{filing.ended}")
    return f"{filing.ended.status} {said['status']}"


@check("F4")
def nulls_are_taken(portal: Portal) -> str:
    item = {"id": "KIT", "matter": "kit", "code": "", **portal.sample.template.get("item", {}), "instance": None}
    paper: dict[str, Any] = {"id": "M_KIT", "source": "commitment", "name": "承诺书"}
    paper |= dict.fromkeys(("sha256", "size", "media_type", "url"))
    filing = portal.file(more={"due": None, "item": item, "materials": [paper]})
    said = filing.answer()
    expect(isinstance(filing.ended, Reply) and filing.ended.status in {200, 202}, f"{filing.ended}")
    return f"{filing.ended.status} {said['status']}"


@check("F5")
def the_receipt_number_stays(portal: Portal) -> str:
    filing = portal.file()
    first = filing.answer().get("receipt_no")
    said = [portal.again(filing).answer().get("receipt_no")]
    if portal.can_be_asked:
        said.append(portal.known(filing).get("receipt_no"))
        decided = portal.reaches(filing, DECIDED)
        said += [decided.get("receipt_no")] if decided else []
    later = {one for one in said if one}
    if not first and not later:
        raise Skipped("the department gives no receipt numbers")
    expect(len({first} - {None} | later) == 1, f"{first}, then {', '.join(map(str, said))}")
    return str(first or later.pop())


@check("F6")
def two_filings_are_two(portal: Portal) -> str:
    one, other = portal.file(), portal.file()
    first, second = one.answer(), other.answer()
    numbers = first.get("receipt_no"), second.get("receipt_no")
    expect(numbers[0] is None or numbers[0] != numbers[1], f"both have receipt number {numbers[0]}")
    return f"{numbers[0]}, {numbers[1]}"


@check("F7")
def a_filing_comes_to_a_decision(portal: Portal) -> str:
    filing = portal.filed_until(DECIDED, complete=True)
    said = portal.known(filing) if portal.can_be_asked else filing.answer()
    if said["status"] == "approved" and not said.get("result"):
        return "approved, without result fields"
    if said["status"] in {"rejected", "not_accepted"}:
        expect(bool(said.get("reasons")), f"{said['status']} without reasons")
    return f"{said['status']}"


@check("F8")
def answers_come_in_time(portal: Portal) -> str:
    portal.file().answer()
    expect(portal.slowest_s < TOTAL_S, f"the slowest answer took {portal.slowest_s:.1f} s")
    return f"the slowest answer took {portal.slowest_s * 1000:.0f} ms"
