"""L: what follows a filing: supplements, changes, withdrawal."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from ..answers import DECIDED, UNDECIDED
from ..findings import Failed, Skipped, expect
from ..line import Ended, Reply
from ..portal import Filing, Portal, answer_in
from .register import check


@check("L1")
def a_supplement_leads_on(portal: Portal) -> str:
    filing = portal.filed_until({"supplement"}, complete=False)
    said = answer_in(portal.supplement(filing), about=filing.sub_id)
    expect(said["status"] != "supplement", f"the fields were complete, it asks again: {said.get('reasons')}")
    return str(said["status"])


@check("L2")
def a_supplement_counts_once(portal: Portal) -> str:
    filing, key = portal.filed_until({"supplement"}, complete=False), str(uuid4())
    first, again = portal.supplement(filing, key=key), portal.supplement(filing, key=key)
    one, other = answer_in(first, about=filing.sub_id), answer_in(again, about=filing.sub_id)
    expect(first.status == again.status, f"first HTTP {first.status}, again HTTP {again.status}")
    expect(one.get("receipt_no") == other.get("receipt_no"), f"{one.get('receipt_no')}, then {other.get('receipt_no')}")
    return f"{first.status} twice, {other['status']}"


@check("L3")
def a_supplement_nobody_asked_for_changes_nothing(portal: Portal) -> str:
    filing = portal.filed_until(DECIDED, complete=True)
    before = portal.reaches(filing, DECIDED)
    said = answer_in(portal.supplement(filing), about=filing.sub_id)
    expect(said["status"] == (before or {}).get("status"), f"{(before or {}).get('status')}, then {said['status']}")
    return f"still {said['status']}"


@check("L4")
def an_owed_paper_is_taken(portal: Portal) -> str:
    filing = portal.file(complete=False)
    filing.answer()
    ended = portal.supplement(filing, owed=True)
    return f"{ended.status} {answer_in(ended, about=filing.sub_id)['status']}"


@check("L5")
def a_withdrawal_ends_it(portal: Portal) -> str:
    filing = _undecided(portal)
    said = answer_in(portal.withdraw(filing), about=filing.sub_id)
    expect(said["status"] == "withdrawn", f"undecided before, now {said['status']}")
    if portal.can_be_asked:
        expect(portal.known(filing)["status"] == "withdrawn", f"asked afterwards: {portal.known(filing)['status']}")
    return "withdrawn"


@check("L6")
def a_withdrawal_counts_once(portal: Portal) -> str:
    filing, key = _undecided(portal), str(uuid4())
    first, again = portal.withdraw(filing, key=key), portal.withdraw(filing, key=key)
    said = [answer_in(ended, about=filing.sub_id)["status"] for ended in (first, again, portal.withdraw(filing))]
    expect(set(said) == {"withdrawn"}, f"three times: {', '.join(said)}")
    expect(first.status == again.status, f"first HTTP {first.status}, again HTTP {again.status}")
    return f"{first.status} twice"


@check("L7")
def what_is_decided_is_not_withdrawn(portal: Portal) -> str:
    filing = portal.filed_until(DECIDED, complete=True)
    before = portal.reaches(filing, DECIDED) or {}
    ended = portal.withdraw(filing)
    said = answer_in(ended, about=filing.sub_id)
    expect(ended.status == 409, f"HTTP {ended.status} {said['status']}")
    expect(said["status"] == before.get("status"), f"{before.get('status')}, then {said['status']}")
    if portal.can_be_asked:
        expect(portal.known(filing)["status"] == before.get("status"), "asked afterwards, it is withdrawn after all")
    return f"409 {said['status']}"


@check("L8")
def a_change_is_taken_or_answered_as_too_late(portal: Portal) -> str:
    filing = portal.file(complete=False)
    filing.answer()
    ended = portal.change(filing)
    return f"{ended.status} {answer_in(ended, about=filing.sub_id)['status']}"


@check("L9")
def a_change_counts_once(portal: Portal) -> str:
    filing, key = portal.file(complete=False), str(uuid4())
    filing.answer()
    first, again = portal.change(filing, key=key), portal.change(filing, key=key)
    one, other = answer_in(first, about=filing.sub_id), answer_in(again, about=filing.sub_id)
    expect(first.status == again.status, f"first HTTP {first.status}, again HTTP {again.status}")
    expect(one.get("receipt_no") == other.get("receipt_no"), f"{one.get('receipt_no')}, then {other.get('receipt_no')}")
    return f"{first.status} twice, {other['status']}"


@check("L10")
def what_follows_nothing_is_404(portal: Portal) -> str:
    nobody = replace(portal.file(), key=str(uuid4()), sub_id=str(uuid4()))
    for name, ended in _following(portal, nobody).items():
        expect(isinstance(ended, Reply) and ended.status == 404, f"{name}: {ended}")
    return "three times 404"


def _following(portal: Portal, filing: Filing) -> dict[str, Ended]:
    return {
        "supplements": portal.supplement(filing),
        "withdraw": portal.withdraw(filing),
        "changes": portal.change(filing),
    }


def _undecided(portal: Portal) -> Filing:
    """A filing that is not decided: one that waits for a supplement, or one just sent."""
    for complete in (False, True):
        filing = portal.file(complete=complete)
        try:
            if filing.answer()["status"] in UNDECIDED:
                return filing
        except Failed:
            continue
    raise Skipped("every filing was decided at once (see --incomplete)")
