"""Messages to those who must agree: sent after commit, and never in the way of the case."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import transaction

from cases import ports
from cases.models import Case, Party
from cases.queries.context import context_of

log = structlog.get_logger(__name__)

TEMPLATE = "party_asked"


def send(case: Case, party: Party, token: str) -> None:
    """Invite a party by the phone number on the form; a message that does not go out leaves the request standing."""
    if not party.phone:
        return
    message = ports.Message(
        to=party.phone,
        template=TEMPLATE,
        values={
            "bundle": context_of(case).spec.zh,
            "applicant": case.applicant_name,
            "link": link_of(token),
        },
    )
    transaction.on_commit(lambda: _hand_over(message, str(case.pk)))


def link_of(token: str) -> str:
    """Where a party answers; the secret is the last part."""
    return f"{settings.PORTAL_URL}/authorise/{token}/"


def _hand_over(message: ports.Message, case_id: str) -> None:
    try:
        ports.notifier().send(message)
    except ports.GatewayError as error:
        log.warning("invitation.not_sent", case=case_id, permanent=error.permanent)
