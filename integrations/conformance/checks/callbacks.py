"""B: callbacks: signed, told until they are stored, never told differently."""

from __future__ import annotations

import time
from uuid import uuid4

from ..answers import DECIDED, callback_faults
from ..findings import Skipped, expect
from ..listener import CUT, Arrival, Listener
from ..portal import Filing, Portal
from ..signing import Key, is_signed, is_timely
from .register import check

QUIET_S = 2.5
AFTERTHOUGHT_S = 1.0


@check("B1")
def a_decision_is_called_back(portal: Portal) -> str:
    _, heard = _heard(portal)
    return ", ".join(f"{one.document.get('seq', '-')} {one.status}" for one in heard)


@check("B2")
def callbacks_are_signed(portal: Portal) -> str:
    door, (_, heard) = _door(portal), _heard(portal)
    for one in heard:
        claimed = one.headers.get("x-key-id", "")
        keys = [key for key in _keys(portal) if claimed in {"", key.key_id}]
        expect(bool(keys), f"X-Key-Id {claimed!r} is not the department's")
        expect(any(is_signed(key, "POST", door.path, one.headers, one.body) for key in keys), "the signature is wrong")
        expect(is_timely(one.headers.get("x-timestamp", "")), f"X-Timestamp {one.headers.get('x-timestamp')!r}")
    return f"{len(heard)} right signatures"


@check("B3")
def callbacks_are_in_the_contract(portal: Portal) -> str:
    _, heard = _heard(portal)
    for one in heard:
        expect(one.headers.get("x-dept-id") == portal.dept, f"X-Dept-Id {one.headers.get('x-dept-id')!r}")
        expect(0 < len(one.event_id) <= 100, "no X-Event-Id")
        media_type = one.headers.get("content-type", "").partition(";")[0]
        expect(media_type == "application/json", f"Content-Type {media_type!r}")
        faults = callback_faults(one.document, dept=portal.dept, event_id=one.event_id)
        expect(not faults, "; ".join(faults))
    return f"{len(heard)} in the contract"


@check("B4")
def each_statement_has_an_id_and_a_number(portal: Portal) -> str:
    filing, _ = _heard(portal)
    time.sleep(AFTERTHOUGHT_S)
    heard = _door(portal).about(filing.sub_id)
    by_event = {one.event_id: one for one in heard}
    told = [one.document.get("seq") for one in by_event.values() if one.document.get("seq") is not None]
    expect(sorted(set(told)) == sorted(told), f"a seq twice with different event ids: {told}")
    decisions = [one for one in by_event.values() if one.status in DECIDED]
    expect(len(decisions) <= 1, f"{len(decisions)} decisions of one filing")
    return f"{len(by_event)} events"


@check("B5")
def what_was_not_stored_is_told_again(portal: Portal) -> str:
    return _told_again(portal, 503)


@check("B6")
def what_was_cut_off_is_told_again(portal: Portal) -> str:
    return _told_again(portal, CUT)


@check("B7")
def what_is_stored_is_not_told_again(portal: Portal) -> str:
    filing, heard = _heard(portal)
    time.sleep(QUIET_S)
    later = _door(portal).about(filing.sub_id)
    stored = {one.event_id for one in heard}
    again = [one for one in later[len(heard) :] if one.event_id in stored]
    expect(not again, f"told {len(again)} times more after 200")
    return f"quiet for {QUIET_S:g} s"


@check("B8")
def what_is_refused_as_contrary_is_not_told_again(portal: Portal) -> str:
    filing, heard = _heard(portal, 409)
    time.sleep(QUIET_S)
    tries = [one for one in _door(portal).about(filing.sub_id) if one.event_id == heard[0].event_id]
    expect(len(tries) == 1, f"told {len(tries)} times, although answered 409")
    return "told once"


@check("B9")
def asking_and_callback_say_the_same(portal: Portal) -> str:
    filing, heard = _heard(portal)
    decided = [one for one in heard if one.status in DECIDED]
    if not decided:
        raise Skipped("no decision was called back")
    said, told = portal.known(filing), decided[-1].document
    expect(said["status"] == told["status"], f"called back {told['status']}, asked {said['status']}")
    expect((said.get("result") or {}) == (told.get("result") or {}), "other results when asked")
    expect(
        said.get("receipt_no") == told.get("receipt_no"), f"{told.get('receipt_no')}, asked {said.get('receipt_no')}"
    )
    return str(said["status"])


@check("B10")
def callbacks_come_to_the_agreed_path_as_json(portal: Portal) -> str:
    door = _door(portal)
    door.wait_for(_planned(portal).sub_id, 1, min(portal.wait_s, QUIET_S))
    foreign = [one for one in door.all() if one.path != door.path or one.document is None]
    expect(not foreign, f"{len(foreign)} callbacks at another path or without JSON")
    return f"{len(door.all())} callbacks in all"


def _told_again(portal: Portal, first: int) -> str:
    """The first try of an event is answered with 503, or not at all; it must come again, as it was, signed anew."""
    filing, heard = _heard(portal, first, wanted=2)
    tries = [one for one in heard if one.event_id == heard[0].event_id]
    expect(
        len(tries) >= 2, f"{len(heard)} callbacks, the first event came {len(tries)} times within {portal.wait_s:g} s"
    )
    expect(tries[0].body == tries[1].body, "the same X-Event-Id with another body")
    expect(tries[0].headers.get("x-nonce") != tries[1].headers.get("x-nonce"), "the same nonce again")
    door, keys = _door(portal), _keys(portal)
    right = any(is_signed(key, "POST", door.path, tries[1].headers, tries[1].body) for key in keys)
    expect(right, f"the second try is signed wrongly, {filing.sub_id}")
    return f"again after {tries[1].at - tries[0].at:.1f} s"


def _heard(portal: Portal, *plan: int, wanted: int = 1) -> tuple[Filing, list[Arrival]]:
    """A new filing and what was called back about it, until its decision. Raises Skipped where nothing was."""
    door = _door(portal)
    filing = _planned(portal, *plan)
    door.wait_for(filing.sub_id, wanted, portal.wait_s)
    until = time.monotonic() + portal.wait_s
    while not _is_told(heard := door.about(filing.sub_id)) and heard and time.monotonic() < until:
        time.sleep(0.1)
    if not heard and filing.answer()["status"] in DECIDED:
        raise Skipped("it decides at once and has nothing to call back")
    expect(bool(heard), f"filed as {filing.answer()['status']}, no callback within {portal.wait_s:g} s")
    return filing, heard


def _is_told(heard: list[Arrival]) -> bool:
    return any(one.status in DECIDED | {"supplement"} for one in heard)


def _planned(portal: Portal, *plan: int) -> Filing:
    """A filing whose first callbacks are answered as planned, from the very first."""
    key, sub_id = str(uuid4()), str(uuid4())
    _door(portal).plan(sub_id, *plan)
    body = portal.filing_body(sub_id)
    return Filing(key, sub_id, body, portal.post("/applications", body, key))


def _door(portal: Portal) -> Listener:
    if portal.listener is None:
        raise Skipped("needs --callbacks PORT")
    return portal.listener


def _keys(portal: Portal) -> list[Key]:
    return [portal.key, *([portal.second_key] if portal.second_key else [])]
