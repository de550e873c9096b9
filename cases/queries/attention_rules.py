"""What may be done about an attention, by its reason, the state of its item, and who asks.

Only the department speaks for the department; its lead and supervision may move or end what is stuck there; operators
look after transport alone and never touch a decision (三员分立).
"""

from __future__ import annotations

from bundles import queries
from cases.models import Attention, SubApplication
from cases.queries.people import StaffPerson
from cases.states import SUB_FINAL, SUB_WITH_DEPARTMENT, SubState

Reason = Attention.Reason
RETRIABLE = frozenset(
    {Reason.REFUSED_BY_SYSTEM, Reason.NOT_DELIVERED, Reason.FAULT, Reason.WAITING_FOR_FACT, Reason.CHARGE}
)
CORRECTABLE = frozenset({Reason.REFUSED_BY_SYSTEM, Reason.NOT_DELIVERED, Reason.FORGOTTEN})
OF_THE_SYSTEM = (Reason.SILENT, Reason.NOT_DELIVERED, Reason.REFUSED_BY_SYSTEM, Reason.FORGOTTEN)
UNDELIVERABLE = frozenset({*OF_THE_SYSTEM, Reason.FAULT, Reason.WAITING_FOR_FACT})
# Closing these by a word stops nothing: the item goes on, or has ended, whatever is said about them.
DISMISSABLE = frozenset(
    {
        Reason.CONTRADICTION,
        Reason.LATE_ANSWER,
        Reason.OUTDATED,
        Reason.ASKED_AGAIN,
        Reason.BAD_RESULT,
        Reason.OVERRUN,
        Reason.UNREACHED,
    }
)
MOVABLE = frozenset({SubState.DISPATCHED, SubState.RECEIVED, SubState.ACCEPTED})


def reason_label(code: str) -> str:
    """A reason in words."""
    return str(Reason(code).label) if code in Reason.values else code


def acts_for(account: StaffPerson, attention: Attention, sub: SubApplication | None) -> frozenset[str]:
    """The acts that are open now to somebody who may look into an attention; none once it is closed."""
    if attention.closed_at is not None:
        return frozenset()
    found = {"note", "take", "snooze"}
    if attention.reason in RETRIABLE:
        found.add("retry")
    if may_be_dismissed(attention.reason, sub):
        found.add("dismiss")
    if sub is not None:
        found |= _of_item(account, attention, sub)
    return frozenset(found)


def _of_item(account: StaffPerson, attention: Attention, sub: SubApplication) -> set[str]:
    found: set[str] = set()
    is_open, by_system = sub.state not in SUB_FINAL, sub.connect != "manual"
    if by_system and attention.reason in OF_THE_SYSTEM:
        found.add("ask")
    if is_open and by_system and attention.reason in CORRECTABLE:
        found |= {"correct", "anew"}
    if is_own(account, sub):
        found |= {"settle"} if attention.reason in UNDELIVERABLE and sub.state in SUB_WITH_DEPARTMENT else set()
        found |= {"accept"} if attention.reason == Reason.CONTRADICTION else set()
    if is_open and may_decide(account, sub):
        if sub.state in MOVABLE and attention.reason in OF_THE_SYSTEM:
            found |= {"reassign", "to_people"} if by_system else {"reassign"}
        if attention.reason in UNDELIVERABLE:
            found.add("give_up")
    return found


def is_own(account: StaffPerson, sub: SubApplication) -> bool:
    """Whether somebody may say what the department decided."""
    return account.role == "staff" and account.department == sub.department


def may_decide(account: StaffPerson, sub: SubApplication) -> bool:
    """Whether somebody may move or end the item: its department, the lead of the bundle, supervision."""
    lead = queries.version(sub.case.bundle_version_id).spec.lead
    return account.role == "supervisor" or (account.role == "staff" and account.department in (sub.department, lead))


def may_be_dismissed(reason: str, sub: SubApplication | None) -> bool:
    """Whether nothing is left waiting for the person who closes it: the item has its end, or goes on all the same."""
    return reason in DISMISSABLE or (sub is not None and sub.state in SUB_FINAL)
