"""Fees of a case as people read them: what to pay, what was paid, what waits for it, what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bundles import queries
from bundles.spec import BundleSpec
from cases.models import Case, Charge, PaymentOrder, Result
from cases.models.charge import ORDER_OPEN
from cases.queries.together import once
from cases.queries.wording import short_name

State, Relief = Charge.State, Charge.Relief
# A result waits for these; what is paid "after" holds nothing.
OPEN_STATES = (State.PLANNED, State.PRICING, State.DUE)
HOLDING = frozenset({"before_submit", "before_accept", "before_decision"})
WHEN_WORDS: Mapping[str, Any] = {
    "before_submit": gettext_lazy("缴费后才能提交"),
    "before_accept": gettext_lazy("缴费后送部门受理"),
    "before_decision": gettext_lazy("缴费后部门才办"),
    "before_delivery": gettext_lazy("缴费后领取结果"),
    "after": gettext_lazy("办好后缴，不影响办理"),
}
STATE_WORDS: Mapping[str, Any] = {
    State.PLANNED: gettext_lazy("还不用缴，到时通知您"),
    State.PRICING: gettext_lazy("正在核算"),
    State.DUE: gettext_lazy("待缴费"),
    State.PAID: gettext_lazy("已缴费"),
    State.WAIVED: gettext_lazy("不用缴"),
    State.PASSTHROUGH: gettext_lazy("直接交给收费单位"),
    State.CANCELLED: gettext_lazy("不再收取"),
    State.REFUND_DUE: gettext_lazy("退费中"),
    State.REFUNDED: gettext_lazy("已退费"),
}


@dataclass(frozen=True, slots=True)
class ChargeView:
    """A fee: for what, how much, to whom, when, where it stands. `amount` None: not known, or others collect it."""

    id: UUID
    sub_id: UUID | None
    item_id: str
    title: str
    instance: str
    label: str
    amount: Decimal | None
    currency: str
    state: str
    state_words: str
    when: str
    when_words: str
    relief: str
    relief_words: str
    reason: str
    dept_code: str
    dept_short: str
    pay_by: date | None
    paid_at: datetime | None
    receipt_no: str

    @property
    def is_due(self) -> bool:
        return self.state == State.DUE

    @property
    def holds_item(self) -> bool:
        """Whether the item stands still until the applicant pays."""
        return self.is_due and self.when in HOLDING and self.relief != Relief.ASKED

    @property
    def can_ask_relief(self) -> bool:
        return self.state == State.DUE and self.relief == Relief.MAY_ASK


@dataclass(frozen=True, slots=True)
class ToDecide:
    """A fee that a person decides about: relief was asked for with a reason, or the amount is not known."""

    id: UUID
    case_id: UUID
    number: str
    title: str
    label: str
    amount: Decimal | None
    is_relief: bool
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A payment under way: where to pay, and until when."""

    id: UUID
    amount: Decimal
    page_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PayPage:
    """All fees of a case, what can be paid now in one go, and the payment under way."""

    charges: tuple[ChargeView, ...]
    total_due: Decimal
    order: OpenOrder | None


def pay_page(case: Case, lang: str = "zh") -> PayPage:
    views = charges_of(case, lang)
    payable = (one.amount or Decimal(0) for one in views if one.is_due and one.relief != Relief.ASKED)
    order = PaymentOrder.objects.filter(case=case, state__in=ORDER_OPEN).exclude(page_url="").first()
    shown = OpenOrder(order.pk, order.amount, order.page_url, order.expires_at) if order else None
    return PayPage(views, sum(payable, Decimal(0)), shown)


def charges_of(case: Case, lang: str = "zh") -> tuple[ChargeView, ...]:
    """The fees of a case in the order of its items; two queries, none where the bundle asks nothing."""
    spec = queries.version(case.bundle_version_id).spec
    if not _asks_fees(spec):
        return ()
    order = {item.id: number for number, item in enumerate(spec.items)}
    ordered = sorted(_rows(case), key=lambda row: (order.get(row.item_id, 0), row.instance_key, row.plan))
    return tuple(_view(row, spec, lang) for row in ordered)


def withheld_subs(case: Case) -> frozenset[UUID]:
    """The sub-applications whose results are there but wait for a fee (缴费后领取)."""
    held = Charge.objects.filter(_withholding(), case=case, sub__state="approved")
    return frozenset(held.values_list("sub_id", flat=True))


def _asks_fees(spec: BundleSpec) -> bool:
    return any(item.fee.kind != "none" for item in spec.items)


def unpaid_subs(case: Case) -> frozenset[UUID | None]:
    """The sub-applications with a fee before delivery still to be paid; no query where the bundle asks nothing."""
    if not _asks_fees(queries.version(case.bundle_version_id).spec):
        return frozenset()
    return frozenset(row.sub_id for row in _rows(case) if row.state in OPEN_STATES and row.when != "after")


def _rows(case: Case) -> list[Charge]:
    rows = Charge.objects.filter(case=case).select_related("sub").prefetch_related("order_lines__order")
    return once("charges", case, lambda: list(rows))


def marked_withheld(results: QuerySet[Result]) -> QuerySet[Result]:
    """Results with `is_withheld` beside each: a fee before delivery is still to be paid. No query of its own."""
    return results.annotate(is_withheld=Exists(Charge.objects.filter(_withholding(), sub=OuterRef("sub"))))


def charges_to_decide(department: str, lang: str = "zh", limit: int = 200) -> tuple[ToDecide, ...]:
    """What a person of a department has to decide: relief asked for, an amount that could not be worked out."""
    waiting = Q(relief=Relief.ASKED) | Q(state=State.PRICING, tries__gte=1)
    mine = Charge.objects.filter(waiting, payee=department).exclude(state=State.CANCELLED)
    rows = mine.select_related("case", "sub").order_by("created_at")[:limit]
    return tuple(_to_decide(row, lang) for row in rows)


def _to_decide(row: Charge, lang: str) -> ToDecide:
    item = queries.version(row.case.bundle_version_id).spec.item(row.item_id)
    return ToDecide(
        id=row.pk,
        case_id=row.case_id,
        number=(row.sub.number if row.sub else row.case.number) or "",
        title=item.en if lang == "en" and item.en else item.zh,
        label=row.label,
        amount=row.amount,
        is_relief=row.relief == Relief.ASKED,
        reason=row.relief_text or "",
        since=row.due_at or row.created_at,
    )


def _withholding() -> Q:
    return Q(state__in=OPEN_STATES) & ~Q(when="after")


def _view(row: Charge, spec: BundleSpec, lang: str) -> ChargeView:
    item = spec.item(row.item_id)
    department = queries.registry().departments.get(row.payee)
    label = item.fee.en if lang == "en" and item.fee.en and row.label == item.fee.zh else row.label
    return ChargeView(
        id=row.pk,
        sub_id=row.sub_id,
        item_id=row.item_id,
        title=item.en if lang == "en" and item.en else item.zh,
        instance=(row.sub.instance_label or "") if row.sub else "",
        label=label,
        amount=row.amount,
        currency=row.currency,
        state=row.state,
        state_words=_state_words(row),
        when=row.when,
        when_words=str(WHEN_WORDS.get(row.when, "")),
        relief=row.relief,
        relief_words=str(Relief(row.relief).label) if row.relief else "",
        reason=row.reason,
        dept_code=row.payee,
        dept_short=short_name(department) if department else row.payee,
        pay_by=row.pay_by,
        paid_at=row.paid_at,
        receipt_no=_receipt_no(row),
    )


def _state_words(row: Charge) -> str:
    if row.state == State.WAIVED and row.reason in ("rule", "granted"):
        return _("已减免")
    return str(STATE_WORDS[State(row.state)])


def _receipt_no(row: Charge) -> str:
    """The channel's number of the payment, for the receipt line."""
    paid = [line.order for line in row.order_lines.all() if line.order.state == PaymentOrder.State.PAID]
    return paid[-1].reference if paid else ""
