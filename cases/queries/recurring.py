"""What repeats, as its holder and the departments see it: the entitlement and its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from bundles import queries
from cases.models import Case, RecurringEntitlement, RecurringPayment
from cases.queries.people import StaffPerson
from cases.queries.wording import short_name
from cases.queries.worklist import masked_name

State = RecurringEntitlement.State
MOST = 200
OWN_WISH = "own_wish"


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One line of the ledger; `amount` is negative for what is to come back."""

    id: UUID
    period: date
    kind: str
    kind_label: str
    amount: Decimal
    state: str
    state_label: str
    due_on: date
    reference: str


@dataclass(frozen=True, slots=True)
class EntitlementView:
    """Something that repeats: how it stands, why it does not run, the ledger with the newest month first."""

    id: UUID
    case_id: UUID
    sub_id: UUID
    number: str
    title: str
    holder: str
    dept_code: str
    dept_short: str
    state: str
    state_label: str
    reason: str
    from_period: date
    last_period: date | None
    next_due: date | None
    paid_total: Decimal
    may_pause: bool
    may_resume: bool
    is_suspended: bool
    periods: tuple[PeriodView, ...]


def entitlements_of(case: Case, lang: str = "zh") -> tuple[EntitlementView, ...]:
    """What repeats after this case, for its holder."""
    rows = RecurringEntitlement.objects.filter(case=case).select_related("sub", "case").prefetch_related("payments")
    return tuple(_view(row, lang, row.case.applicant_name) for row in rows)


def entitlements_at(account: StaffPerson, lang: str = "zh") -> tuple[EntitlementView, ...]:
    """What a department grants or pays and has to act on: suspended, or with a period to report; oldest first."""
    rows = RecurringEntitlement.objects.select_related("sub", "case").prefetch_related("payments")
    wanted = rows.exclude(state=State.STOPPED, payments__isnull=True).order_by("changed_at").distinct()
    mine = [row for row in wanted[: MOST * 5] if account.department in departments_of(row) and _wants_an_act(row)]
    return tuple(_view(row, lang, masked_name(row.case.applicant_name)) for row in mine[:MOST])


def departments_of(row: RecurringEntitlement) -> frozenset[str]:
    """Who may act on it: the department that granted it and the one that pays."""
    spec = queries.version(row.case.bundle_version_id).spec
    entitlement = spec.recurring.entitlement if spec.recurring else None
    payer = spec.item(entitlement.payer).dept if entitlement and entitlement.payer else row.sub.department
    return frozenset({row.sub.department, payer})


def entitlement_for(account: Any, entitlement_id: UUID) -> RecurringEntitlement | None:
    """One that this department may act on."""
    row = RecurringEntitlement.objects.select_related("sub", "case").filter(pk=entitlement_id).first()
    return row if row is not None and account.department in departments_of(row) else None


def payment_for(account: Any, payment_id: UUID) -> RecurringPayment | None:
    """A period of one that this department may act on."""
    row = RecurringPayment.objects.select_related("entitlement__sub", "entitlement__case").filter(pk=payment_id).first()
    return row if row is not None and account.department in departments_of(row.entitlement) else None


def own_entitlement(case: Case, entitlement_id: UUID) -> RecurringEntitlement | None:
    return RecurringEntitlement.objects.filter(case=case, pk=entitlement_id).first()


def _wants_an_act(row: RecurringEntitlement) -> bool:
    planned = any(payment.state == RecurringPayment.State.PLANNED for payment in row.payments.all())
    return planned or (row.state == State.SUSPENDED and row.reason != OWN_WISH)


def _view(row: RecurringEntitlement, lang: str, holder: str) -> EntitlementView:
    spec = queries.version(row.case.bundle_version_id).spec
    declared = next((one for one in spec.results if one.id == row.result_id), None)
    department = queries.registry().departments.get(row.sub.department)
    title = ((declared.en if lang == "en" else "") or declared.zh) if declared else row.result_id
    periods = sorted(row.payments.all(), key=lambda one: (one.period, one.kind), reverse=True)
    planned = [one.due_on for one in periods if one.state == RecurringPayment.State.PLANNED]
    is_paid = [one.amount for one in periods if one.state == RecurringPayment.State.PAID]
    return EntitlementView(
        id=row.pk,
        case_id=row.case_id,
        sub_id=row.sub_id,
        number=row.case.number or "",
        title=title,
        holder=holder,
        dept_code=row.sub.department,
        dept_short=short_name(department) if department else row.sub.department,
        state=row.state,
        state_label=str(State(row.state).label),
        reason=row.reason_text,
        from_period=row.from_period,
        last_period=row.last_period,
        next_due=min(planned, default=None),
        paid_total=sum(is_paid, Decimal(0)),
        may_pause=row.state == State.ACTIVE,
        may_resume=row.state == State.SUSPENDED and row.reason == OWN_WISH,
        is_suspended=row.state == State.SUSPENDED,
        periods=tuple(_period(one) for one in periods),
    )


def _period(one: RecurringPayment) -> PeriodView:
    return PeriodView(
        id=one.pk,
        period=one.period,
        kind=one.kind,
        kind_label=str(RecurringPayment.Kind(one.kind).label),
        amount=one.amount,
        state=one.state,
        state_label=str(RecurringPayment.State(one.state).label),
        due_on=one.due_on,
        reference=one.reference,
    )
