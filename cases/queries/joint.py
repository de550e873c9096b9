"""Joint filings (共同申请): who applies together with the applicant, and until when that side may take it back."""

from __future__ import annotations

from bundles import queries
from cases.models import Case, Party, SubApplication
from cases.queries.people import Person
from cases.states import CASE_OPEN, CaseState, SubState

CO_APPLICANT = "co_applicant"
_GOING_ON = CASE_OPEN - {CaseState.AWAITING_PARTIES}


def sides_of(case: Case, account: Person) -> list[Party]:
    """The roles in which this person applies together with the applicant and has agreed to it."""
    spec = queries.version(case.bundle_version_id).spec
    together = {party.id for party in spec.parties if party.role == CO_APPLICANT}
    return list(Party.objects.filter(case=case, account_id=account.pk, state=Party.State.AGREED, party_id__in=together))


def can_still_be_taken_back(case: Case) -> bool:
    """Whether nothing irreversible is decided: the item the bundle names (`joint_until`), else any item at all."""
    if case.state not in _GOING_ON:
        return False
    until = queries.version(case.bundle_version_id).spec.joint_until
    done = SubApplication.objects.filter(case=case, state=SubState.APPROVED)
    return not (done.filter(item_id=until) if until else done).exists()


def joint_filings_of(account: Person) -> tuple[Case, ...]:
    """Other people's cases in which this person applies jointly and may still take everything back."""
    mine = Party.objects.filter(account_id=account.pk, state=Party.State.AGREED, case__state__in=_GOING_ON)
    mine = mine.select_related("case")
    cases = {one.case_id: one.case for one in mine if one.case.applicant_id != account.pk}
    return tuple(case for case in cases.values() if sides_of(case, account) and can_still_be_taken_back(case))
