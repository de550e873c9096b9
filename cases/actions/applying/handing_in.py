"""After the last yes: what a party's authorisation opened is looked up, then the case is filed or goes back."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.actions.applying import drafting, filing, parties
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.errors import NotEligible, NotReady
from cases.models import Case
from cases.ports import SYSTEM
from cases.states import CaseState


def proceed_when_agreed(case_id: UUID) -> Case:
    """File a case that was handed in once everybody has agreed; safe to repeat, the sweep does.

    What the new authorisation allows is looked up first, outside the transaction. Where that leaves a gap (no
    licence found, so a paper is needed after all) the case goes back to the applicant as a draft.
    """
    case = Case.objects.select_related("applicant").get(pk=case_id)
    if not _may_be_filed(case):
        return case
    drafting.refresh_prefill(case_id)
    with transaction.atomic():
        case = lock_case(case_id)
        if not _may_be_filed(case):
            return case
        try:
            filing.check_ready(case)
        except (NotReady, NotEligible) as gap:
            faults = [path for path, _ in getattr(gap, "faults", ())]
            record(case, "case.sent_back", by=SYSTEM, faults=faults)
            parties.take_back(case)
            return case
        filing.file_case(case, by=case.applicant.actor)
        return case


def _may_be_filed(case: Case) -> bool:
    return case.state == CaseState.AWAITING_PARTIES and not parties.pending_parties(case)


def look_at_waiting(case_id: UUID) -> Case:
    """What the sweep does with a case that waits for others: carry it on, or remind those whose link has run out."""
    case = proceed_when_agreed(case_id)
    if case.state != CaseState.AWAITING_PARTIES:
        return case
    with transaction.atomic():
        case = lock_case(case_id)
        if case.state == CaseState.AWAITING_PARTIES and parties.pending_parties(case):
            parties.remind(case, by=SYSTEM)
            case.next_at = timezone.now() + parties.WAIT
            case.save(update_fields=["next_at"])
        return case
