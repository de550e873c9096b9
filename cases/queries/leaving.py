"""What stands in the way of closing an account: applications that departments are still deciding."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bundles import queries
from cases.models import Case, Consent
from cases.queries.people import Person
from cases.queries.wording import named
from cases.states import CASE_OPEN, CaseState


@dataclass(frozen=True, slots=True)
class OpenCase:
    id: UUID
    title: str
    number: str


def open_cases_of(account: Person) -> tuple[OpenCase, ...]:
    """Handed in and not concluded; drafts are no obstacle, they are thrown away."""
    mine = Case.objects.filter(applicant_id=account.pk, state__in=CASE_OPEN).exclude(state=CaseState.DRAFT)
    names = mine.order_by("-saved_at").values_list("pk", "bundle_version_id", "number")
    return tuple(OpenCase(pk, named(queries.version(version).spec), number or "") for pk, version, number in names)


def drafts_of(account: Person) -> tuple[UUID, ...]:
    return tuple(Case.objects.filter(applicant_id=account.pk, state=CaseState.DRAFT).values_list("pk", flat=True))


def consents_in_force(account: Person) -> tuple[UUID, ...]:
    """Consents the person gave and did not take back."""
    given = Consent.objects.filter(given_by_id=account.pk, revoked_at=None)
    return tuple(given.values_list("pk", flat=True))
