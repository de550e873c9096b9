"""O: the same key is the same thing, done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

from ..answers import DECIDED
from ..findings import expect
from ..line import Reply
from ..portal import Filing, Portal
from .register import check

AT_ONCE = 5


@check("O1")
def the_same_bytes_get_the_same_answer(portal: Portal) -> str:
    filing = portal.file()
    first, again = filing.answer(), portal.again(filing)
    _same(first, again.answer())
    expect(again.ended.status == filing.ended.status, f"first {filing.ended.status}, again {again.ended.status}")
    return f"{again.ended.status} twice, {first.get('receipt_no')}"


@check("O2")
def a_decided_filing_sent_again_stays_decided(portal: Portal) -> str:
    filing = portal.filed_until(DECIDED, complete=True)
    before = portal.known(filing) if portal.can_be_asked else filing.answer()
    again = portal.again(filing)
    said = again.answer()  # the first answer, or the decision: either is the truth
    _same(before if said["status"] in DECIDED else filing.answer(), said)
    if portal.can_be_asked:
        expect(portal.known(filing) == before, "asked afterwards, it says something else")
    return f"{again.ended.status} {said['status']}"


@check("O3")
def five_at_once_are_one(portal: Portal) -> str:
    """As when several workers of the portal believe that the first try was lost."""
    filing = portal.file(complete=False)
    fresh = _fresh(portal, filing)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = list(pool.map(lambda _: portal.again(fresh), range(AT_ONCE)))
    answers = [one.answer() for one in sent]
    numbers = {answer.get("receipt_no") for answer in answers}
    expect(
        len(numbers) == 1,
        f"{len(numbers)} receipt numbers for one key: {', '.join(map(str, sorted(numbers, key=str)))}",
    )
    _same(answers[0], portal.again(fresh).answer())
    if portal.can_be_asked:
        _same(answers[0], portal.known(fresh, name=fresh.sub_id))
    return f"{AT_ONCE} tries, {numbers.pop()}"


@check("O4")
def other_bytes_under_the_key_are_refused(portal: Portal) -> str:
    filing = portal.file()
    first = filing.answer()
    other = portal.post("/applications", portal.filing_body(filing.sub_id, more={"purpose": "另一件事"}), filing.key)
    expect(isinstance(other, Reply) and other.status in {400, 409, 422}, f"{other}")
    _same(first, portal.again(filing).answer())
    return f"HTTP {other.status}"


@check("O5")
def another_case_under_the_key_is_refused(portal: Portal) -> str:
    """A key that was given out twice must never be answered with somebody else's application as if it were this one."""
    filing, stranger = portal.file(), portal.file(complete=False)
    filing.answer()
    other = portal.post("/applications", portal.filing_body(_fresh(portal, stranger).sub_id), filing.key)
    expect(isinstance(other, Reply) and other.status in {400, 409, 422}, f"{other}")
    return f"HTTP {other.status}"


def _fresh(portal: Portal, like: Filing) -> Filing:
    """A filing that has not been sent yet."""
    sub_id = str(uuid4())
    return replace(like, key=str(uuid4()), sub_id=sub_id, body=portal.filing_body(sub_id))


def _same(first: dict[str, Any], again: dict[str, Any]) -> None:
    """The same application: a status may have gone on meanwhile, a receipt number and a decision may not."""
    expect(
        first.get("receipt_no") == again.get("receipt_no"), f"{first.get('receipt_no')}, then {again.get('receipt_no')}"
    )
    if first["status"] in DECIDED:
        expect(first["status"] == again["status"], f"{first['status']}, then {again['status']}")
        expect((first.get("result") or {}) == (again.get("result") or {}), "the same decision with other results")
