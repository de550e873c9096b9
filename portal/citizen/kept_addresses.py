"""Addresses that a person keeps in the profile, or has given beside the question, taken over into it by a press."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from cases.queries.context import frame_of
from cases.queries.left_open import cells_of, sections_with
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


def put_in(request: OwnRequest, typed: Typed, case: Any) -> Typed:
    """What was typed with the chosen address in its field. An address of somebody else is none: 404."""
    path, _colon, chosen = request.POST.get(POSTED, "").rpartition(":")
    if not chosen:
        return typed
    kept = next((one.text for one in of(request) if one.id == chosen), None)
    place = kept or _near(case, path, chosen, typed)
    if not place or not path:
        raise Http404
    return {**typed, path: place}


def _near(case: Any, path: str, chosen: str, typed: Typed) -> str:
    """The address at another question of the same section or row, as it was typed or stands; empty for none."""
    cells = {
        cell_path: cell for view in sections_with(frame_of(case), [path]) for cell_path, cell in cells_of(view).items()
    }
    is_beside = path in cells and chosen in cells and path.rpartition(".")[0] == chosen.rpartition(".")[0]
    if not is_beside or cells[chosen].type != "address":
        return ""
    said = typed.get(chosen) or cells[chosen].value
    return said if isinstance(said, str) else ""
