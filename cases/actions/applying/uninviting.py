"""A request to somebody taken back: the wrong number, the wrong person, or nothing to be signed any more."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.applying.concerned import STANDING
from cases.actions.applying.parties import BEFORE_FILING, take_back
from cases.actions.applying.signing import note_confirmations
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.errors import WrongState
from cases.models import Case, Party
from cases.ports import Actor


@transaction.atomic
def uninvite(party_pk: UUID, *, by: Actor) -> Case:
    """Ask somebody no longer: the link opens nothing, the request leaves that person's list.

    A case that was handed in and waits for this person is a draft again. Raises WrongState once there is an answer.
    """
    case = lock_case(Party.objects.values_list("case_id", flat=True).get(pk=party_pk))
    party = Party.objects.select_for_update().get(pk=party_pk)
    if party.state != Party.State.ASKED or case.state not in BEFORE_FILING:
        raise WrongState(_("对方已经答复了，不用再撤回"))
    for one in _same_person(case, party):
        one.state, one.asked_at, one.link_digest, one.link_expires_at = Party.State.NOT_ASKED, None, "", None
        one.save(update_fields=[*{*STANDING, "asked_at"}])
        record(case, "party.not_asked", by=by, party=one.party_id, row=one.row_index)
    note_confirmations(case)
    take_back(case)
    return case


def _same_person(case: Case, party: Party) -> list[Party]:
    """Every role in which this person was asked with the one link."""
    asked = Party.objects.filter(case=case, state=Party.State.ASKED)
    return list(asked.filter(id_index=party.id_index)) if party.id_index else [party]
