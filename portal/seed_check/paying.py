"""Paying what a case costs: at the channel's own page, as somebody with a phone would."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from typing import Any
from uuid import UUID

from cases.actions.fees import payments
from cases.queries.charges import pay_page
from portal.accounts.models import Account

TIMEOUT_S = 20.0


class _StayHere(urllib.request.HTTPRedirectHandler):
    """The channel sends the payer back to the portal's pages; nobody needs to look at them here."""

    def redirect_request(self, *args: Any) -> None:
        return None


_opener = urllib.request.build_opener(_StayHere)


def pay_what_is_due(case: Any, *, by: Account) -> bool:
    """Open one order for everything that is due and pay it; whether anything was due."""
    if not pay_page(case).total_due:
        return False
    pay(case.pk, by=by)
    return True


def pay(case_id: UUID, *, by: Account) -> None:
    """Pay at the channel's page."""
    order = payments.begin(case_id, by=by.actor)
    form = urllib.parse.urlencode({"act": "pay"}).encode()
    try:
        _opener.open(str(order.page_url), form, timeout=TIMEOUT_S).close()
    except urllib.error.HTTPError as answer:
        answer.close()
        if answer.code not in (302, 303):
            raise
