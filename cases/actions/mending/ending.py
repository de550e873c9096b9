"""Giving up what cannot be carried out: the item ends as others end, in writing, with what can be done about it."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import notices, outbox
from cases.actions.deadlines import pauses
from cases.actions.deciding import documents
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.mending import desk, moving
from cases.actions.mending.correcting import is_refused_outright
from cases.actions.mending.desk import Kind
from cases.actions.supplementing import supplements
from cases.errors import WrongState
from cases.models import Delivery, SubApplication
from cases.ports import Actor
from cases.queries.attention_rules import UNDELIVERABLE
from cases.queries.wording import REMEDY
from cases.states import DeliveryState


def give_up(attention_id: UUID, reason: str, *, by: Actor) -> SubApplication:
    """End the item with a paper that says why and what can be done; the rest of the case goes on.

    The department is told where it may have the application. Fees go back as for any item that ends undone.
    Raises NotReady without a reason that the applicant may read, CaseError for whom it does not concern, WrongState
    once the item has its end or while a try is on its way.
    """
    reason = desk.needed(reason, "end.reason", "请写明为什么终止，申请人会看到")
    with desk.opened(attention_id) as found:
        desk.deciding(found, by)
        sub = found.open_item
        if found.attention.reason not in UNDELIVERABLE:
            raise WrongState(_("这一类问题不能用终止来解决"))
        told = _call_back(sub, reason)
        sub.lapse(at=timezone.now())
        sub.save(update_fields=["state", "closed_at", "next_at"])
        pauses.end_all(sub)
        record(found.case, "item.given_up", by=by, sub=sub)
        values = {"why": reason, "remedy": str(REMEDY)}
        documents.issue(found.case, documents.Kind.LAPSE, sub=sub, values=values, by=by)
        supplements.drop_points_of(found.case, sub)
        title = queries.version(found.case.bundle_version_id).spec.item(sub.item_id).zh
        notices.tell(found.case, "item_given_up", item=title)
        desk.write(found, Kind.GIVEN_UP, by=by, text=reason, told=told)
        desk.close(found, Kind.GIVEN_UP, by=by)
        progress.became_final(found.case, found.subs, sub)
        progress.advance(found.case, found.subs)
        return sub


def _call_back(sub: SubApplication, reason: str) -> bool:
    """Stop what is still to be sent; True where the department may have it and is told to let go of it."""
    filing = outbox.filing_of(sub)
    desk.close_promises(sub, DeliveryState.CANCELLED)
    reached = filing is not None and sub.connect != "manual" and _may_have_arrived(filing)
    moving.drop_refused(sub)
    if filing is None or not reached:
        return False
    outbox.promise(sub, Delivery.Purpose.WITHDRAW, {"contract": 1, "reason": reason}, target=filing)
    return True


def _may_have_arrived(filing: Delivery) -> bool:
    """Whether a try was made that did not end with a plain refusal. `filing` as it was before anything was closed."""
    if filing.state in (DeliveryState.CANCELLED, DeliveryState.SUPERSEDED):
        return False
    return (filing.tries > 0 or filing.lease_no > 0) and not is_refused_outright(filing)
