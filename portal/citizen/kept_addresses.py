"""Addresses that a person keeps in the profile, taken over into a form by a press."""

from __future__ import annotations

from django.http import Http404

from portal.accounts.models import Role
from portal.citizen.clashes import Typed
from portal.citizen.own import OwnRequest
from portal.ui.fields import Offer

# What the button posts: the path of the field and which address, "mail_address:5b3c…".
POSTED = "kept_address"


def of(request: OwnRequest) -> tuple[Offer, ...]:
    """The person's own addresses, the first one first; none for somebody who acts for another person."""
    account = request.user
    if account.acting is not None and account.role != Role.COMPANY:
        return ()
    return tuple(Offer(str(one.pk), one.place) for one in account.addresses.all())


def put_in(request: OwnRequest, typed: Typed) -> Typed:
    """What was typed with the chosen address in its field. An address of somebody else is none: 404."""
    path, _colon, chosen = request.POST.get(POSTED, "").rpartition(":")
    if not chosen:
        return typed
    place = next((one.text for one in of(request) if one.id == chosen), None)
    if place is None or not path:
        raise Http404
    return {**typed, path: place}
