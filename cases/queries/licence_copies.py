"""A watermarked copy of a licence as whoever had it made sees and prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from cases.models import LicenceCopy
from cases.queries.licences import LicenceFact, face_in_words, standing_of, title_of
from cases.queries.people import StaffPerson

# The desk looks and closes; who needs it again states the purpose again.
SHOWN_TO_DESK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class CopyPage:
    """A copy to look at and to print; `department` is the reader's, empty for the holder's own."""

    id: UUID
    title: str
    issuer: str
    face: tuple[LicenceFact, ...]
    purpose: str
    mark: str
    made_at: datetime
    department: str
    case_number: str
    is_in_force: bool
    licence_id: UUID


def copy_page(account: StaffPerson, copy_id: UUID) -> CopyPage | None:
    """A copy that this person had made; to the desk for half an hour. None for any other."""
    rows = LicenceCopy.objects.select_related("licence__result__sub__case", "case")
    row = rows.filter(pk=copy_id, actor_id=str(account.pk)).first()
    is_desk = account.role in ("clerk", "staff")
    if row is None or (is_desk and row.made_at < timezone.now() - SHOWN_TO_DESK):
        return None
    return CopyPage(
        id=row.pk,
        title=title_of(row.licence),
        issuer=row.licence.department,
        face=face_in_words(row.licence),
        purpose=row.purpose,
        mark=row.mark,
        made_at=row.made_at,
        department=row.department,
        case_number=(row.case.number or "") if row.case else "",
        is_in_force=standing_of(row.licence, timezone.localdate()) == "in_force",
        licence_id=row.licence_id,
    )
