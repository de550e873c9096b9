"""Questions and urgings as the person sees them on the case, and as the department finds them at its desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases.models import Case, Inquiry, SavedAnswer, SubApplication
from cases.queries.people import StaffPerson
from cases.queries.wording import department_short, named
from cases.queries.worklist import masked_applicant
from cases.states import SUB_FINAL, CaseState

MOST = 200
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class InquiryView:
    """A question or an urging with its answer, if there is one. `item` is empty for the whole case."""

    id: UUID
    is_urge: bool
    case_id: UUID
    sub_id: UUID | None
    number: str
    applicant: str
    bundle: str
    item: str
    dept_code: str
    dept_short: str
    text: str
    asked_at: datetime
    due_on: date
    is_open: bool
    is_late: bool
    is_due_today: bool
    answer: str
    answered_at: datetime | None
    material_id: UUID | None
    material_name: str


@dataclass(frozen=True, slots=True)
class Askable:
    """Whom a question may go to: the department of an item, or the leading one (`sub_id` None)."""

    sub_id: UUID | None
    title: str
    dept_code: str
    dept_short: str


def inquiries_of(case: Case) -> tuple[InquiryView, ...]:
    """All questions and urgings of a case, the newest first."""
    found = Inquiry.objects.filter(case=case).select_related("sub", "material").order_by("-asked_at")
    return tuple(_view(one, case) for one in found[:MOST])


def askable_of(case: Case) -> tuple[Askable, ...]:
    """Whom one may ask about a case: the leading department first, then that of each item on its way."""
    spec = queries.version(case.bundle_version_id).spec
    sent = SubApplication.objects.filter(case=case).exclude(dispatched_at=None).order_by("seq")
    lead = Askable(None, _("整件事"), spec.lead, department_short(spec.lead))
    return (lead, *(_askable(sub, spec) for sub in sent))


def _askable(sub: SubApplication, spec: Any) -> Askable:
    title = named(spec.item(sub.item_id)) + (f"（{sub.instance_label}）" if sub.instance_label else "")
    return Askable(sub.pk, title, sub.department, department_short(sub.department))


def takes_questions(case: Case) -> bool:
    """Whether departments may be asked about it: filed, and not taken back."""
    return case.number is not None and case.state not in (CaseState.WITHDRAWN, CaseState.LAPSED)


def inquiries_for(account: StaffPerson) -> QuerySet[Inquiry]:
    """What the department of this member of staff was asked."""
    if account.role != STAFF or not account.department:
        return Inquiry.objects.none()
    return Inquiry.objects.filter(department=account.department).select_related("case", "sub", "material")


def open_inquiries(account: StaffPerson) -> tuple[InquiryView, ...]:
    """What still waits for an answer of the department, the most urgent first."""
    found = _waiting(account).order_by("due_on", "asked_at")[:MOST]
    return tuple(_view(one, one.case) for one in found)


def count_open(account: StaffPerson) -> int:
    """How many wait, for the navigation; one small query."""
    return _waiting(account).count()


def _waiting(account: StaffPerson) -> QuerySet[Inquiry]:
    settled = Q(kind=Inquiry.Kind.URGE, sub__state__in=sorted(SUB_FINAL))
    return inquiries_for(account).filter(state=Inquiry.State.OPEN).exclude(settled)


def inquiries_about(sub: SubApplication) -> tuple[InquiryView, ...]:
    """What was asked of the department about one of its tasks, or as the lead about the case of it."""
    mine = Inquiry.objects.filter(case=sub.case, department=sub.department).filter(Q(sub=sub) | Q(sub=None))
    found = mine.select_related("sub", "material").order_by("-asked_at")[:MOST]
    return tuple(_view(one, sub.case) for one in found)


def saved_answers(account: StaffPerson) -> tuple[tuple[str, str], ...]:
    """What the department answers often: title and words."""
    return tuple(SavedAnswer.objects.filter(department=account.department or "-").values_list("title", "text"))


def _view(one: Inquiry, case: Case) -> InquiryView:
    spec, today = queries.version(case.bundle_version_id).spec, timezone.localdate()
    is_open = one.state == Inquiry.State.OPEN
    return InquiryView(
        id=one.pk,
        is_urge=one.kind == Inquiry.Kind.URGE,
        case_id=one.case_id,
        sub_id=one.sub_id,
        number=(one.sub.number if one.sub else case.number) or "",
        applicant=masked_applicant(case),
        bundle=named(spec),
        item=named(spec.item(one.sub.item_id)) if one.sub else "",
        dept_code=one.department,
        dept_short=department_short(one.department),
        text=one.text or "",
        asked_at=one.asked_at,
        due_on=one.due_on,
        is_open=is_open,
        is_late=is_open and one.due_on < today,
        is_due_today=is_open and one.due_on == today,
        answer=one.answer or "",
        answered_at=one.answered_at,
        material_id=one.material_id,
        material_name=(one.material.name or "") if one.material else "",
    )
