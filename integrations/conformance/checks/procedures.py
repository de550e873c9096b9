"""P: special procedures (特别程序): named when they begin, told when they end. A: results corrected or taken back."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Any

from ..answers import DECIDED, callback_faults
from ..findings import Skipped, expect
from ..listener import Arrival, Listener
from ..portal import Filing, Portal
from .register import check

BEGUN, ENDED = "special_procedure", "special_procedure_ended"
CORRECTED, REVOKED = "result_corrected", "result_revoked"
LOOK_EVERY_S = 0.1


@check("P1")
def a_procedure_is_named_when_it_begins(portal: Portal) -> str:
    filing, heard = _inspected(portal, {BEGUN})
    begun = _first(heard, BEGUN, portal)
    faults = callback_faults(begun.document, dept=portal.dept, event_id=begun.event_id)
    expect(not faults, "; ".join(faults))
    if portal.can_be_asked:
        portal.known(filing)  # whatever it stands at by now is in the contract as well
    return str(begun.document["procedure"])


@check("P2")
def a_procedure_comes_to_an_end(portal: Portal) -> str:
    _, heard = _inspected(portal, {ENDED, "supplement", *DECIDED})
    _first(heard, BEGUN, portal)
    after = [one.status for one in heard if one.status in {ENDED, "supplement", *DECIDED}]
    expect(bool(after), f"begun, and nothing more within {portal.wait_s:g} s")
    return after[0]


@check("P3")
def beginning_and_end_are_words_of_their_own(portal: Portal) -> str:
    _, heard = _inspected(portal, {ENDED, *DECIDED})
    _first(heard, BEGUN, portal)
    return _rising(heard)


@check("A1")
def a_correction_brings_the_right_values_and_why(portal: Portal) -> str:
    told = _later_word(portal, portal.sample.corrected, "--corrected", CORRECTED)
    expect(bool(told.document.get("result")), "result_corrected without the right values")
    expect(bool(told.document.get("reasons")), "result_corrected without reasons")
    return ", ".join(sorted(told.document["result"]))


@check("A2")
def a_revocation_says_why(portal: Portal) -> str:
    told = _later_word(portal, portal.sample.revoked, "--revoked", REVOKED)
    expect(bool(told.document.get("reasons")), "result_revoked without reasons")
    return str(told.document["reasons"][0].get("text", ""))


@check("A3")
def a_later_word_has_a_number_above_the_decision(portal: Portal) -> str:
    fields = portal.sample.corrected or portal.sample.revoked
    _, heard = _told(portal, fields, "--corrected or --revoked", {CORRECTED, REVOKED})
    expect(any(one.status in {CORRECTED, REVOKED} for one in heard), f"no later word within {portal.wait_s:g} s")
    return _rising(heard)


def _inspected(portal: Portal, until: Collection[str]) -> tuple[Filing, list[Arrival]]:
    filing, heard = _told(portal, portal.sample.procedure, "--procedure", until)
    if not heard and filing.answer()["status"] in DECIDED:
        raise Skipped("it decides at once and has nothing to call back")
    return filing, heard


def _later_word(portal: Portal, fields: Mapping[str, Any] | None, option: str, status: str) -> Arrival:
    _, heard = _told(portal, fields, option, {status})
    told = _first(heard, status, portal)
    faults = callback_faults(told.document, dept=portal.dept, event_id=told.event_id)
    expect(not faults, "; ".join(faults))
    return told


def _told(
    portal: Portal, fields: Mapping[str, Any] | None, option: str, until: Collection[str]
) -> tuple[Filing, list[Arrival]]:
    """File these fields and listen until one of the statuses is called back. Raises Skipped without fields or door."""
    if fields is None:
        raise Skipped(f"needs {option}")
    door = _door(portal)
    filing = portal.file(more={"fields": dict(fields)})
    ends = time.monotonic() + portal.wait_s
    while not any(one.status in until for one in door.about(filing.sub_id)) and time.monotonic() < ends:
        if filing.answer()["status"] in DECIDED and BEGUN in until:
            break
        time.sleep(LOOK_EVERY_S)
    return filing, door.about(filing.sub_id)


def _first(heard: list[Arrival], status: str, portal: Portal) -> Arrival:
    found = next((one for one in heard if one.status == status), None)
    said = ", ".join(one.status for one in heard) or "nothing"
    expect(found is not None, f"{said} called back, no {status} within {portal.wait_s:g} s")
    assert found is not None
    return found


def _rising(heard: list[Arrival]) -> str:
    """Each statement once, under an event id and a seq of its own, in rising order."""
    words = list({one.event_id: one for one in heard}.values())
    numbers = [one.document.get("seq") for one in words]
    expect(all(type(one) is int for one in numbers), f"seq: {numbers}")
    expect(numbers == sorted(set(numbers)), f"seq does not rise: {numbers}")
    return ", ".join(f"{one.document['seq']} {one.status}" for one in words)


def _door(portal: Portal) -> Listener:
    if portal.listener is None:
        raise Skipped("needs --callbacks PORT")
    return portal.listener
