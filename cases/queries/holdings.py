"""How much of everything somebody has here; for the page that leads to it."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Material
from cases.queries.licences import licences_seen_by
from cases.queries.people import Person


@dataclass(frozen=True, slots=True)
class Holdings:
    licences: int
    documents: int


def holdings_of(account: Person) -> Holdings:
    """Licences in force that the wallet shows, and files uploaded for own cases."""
    licences = licences_seen_by(account).filter(state="in_force").count()
    uploads = Material.objects.filter(case__applicant_id=account.pk, source=Material.Source.UPLOAD)
    return Holdings(licences, uploads.count())
