"""Q: asking by key, by sub-application and by receipt number."""

from __future__ import annotations

from uuid import uuid4

from ..findings import Skipped, expect
from ..line import Reply
from ..portal import Portal
from .register import check


@check("Q1")
def what_was_never_filed_is_404(portal: Portal) -> str:
    ended = portal.ask(str(uuid4()))
    expect(isinstance(ended, Reply) and ended.status == 404, f"{ended}")
    return "HTTP 404"


@check("Q2")
def it_can_be_asked_by_key(portal: Portal) -> str:
    filing = portal.file()
    filing.answer()
    ended = portal.ask(filing.key)
    expect(isinstance(ended, Reply) and ended.status in {200, 202}, f"{ended}")
    return f"{ended.status} {portal.known(filing)['status']}"


@check("Q3")
def it_can_be_asked_by_sub_application(portal: Portal) -> str:
    filing = portal.file()
    number = filing.answer().get("receipt_no")
    said = portal.known(filing, name=filing.sub_id)
    expect(said.get("receipt_no") == number, f"filed as {number}, found as {said.get('receipt_no')}")
    return str(said["status"])


@check("Q4")
def it_can_be_asked_by_receipt_number(portal: Portal) -> str:
    filing = portal.file()
    number = filing.answer().get("receipt_no")
    if not number:
        raise Skipped("the department gives no receipt numbers")
    return str(portal.known(filing, name=number)["status"])


@check("Q5")
def asking_changes_nothing(portal: Portal) -> str:
    filing = portal.file(complete=False)
    filing.answer()
    said = [portal.known(filing) for _ in range(3)]
    expect(len({one.get("receipt_no") for one in said}) == 1, "another receipt number each time")
    return " · ".join(str(one["status"]) for one in said)
