"""Fees in the words of the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from cases.queries.charges import ChargeView
from portal.ui import words

LOOKS = {"paid": "done", "waived": "done", "refunded": "gone", "cancelled": "gone", "due": "you", "refund_due": "doing"}


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A fee: for what, how much, to whom and when, where it stands."""

    id: UUID
    title: str
    label: str
    amount: str
    dept_code: str
    dept_short: str
    look: str
    word: str
    about: str
    can_ask_relief: bool


def lines(charges: Iterable[ChargeView]) -> list[ChargeLine]:
    return [_line(one) for one in charges]


def settled(charges: Iterable[ChargeView]) -> list[ChargeLine]:
    """What is paid, waived, not yet due or given back; a fee that was never asked for is not worth a line."""
    return [_line(one) for one in charges if one.state != "cancelled" or one.paid_at]


def _line(one: ChargeView) -> ChargeLine:
    title = f"{one.title}（{one.instance}）" if one.instance else one.title
    return ChargeLine(
        id=one.id,
        title=title,
        label=one.label if one.label != one.title else "",
        amount=f"¥{one.amount:,.2f}" if one.amount is not None else "",
        dept_code=one.dept_code,
        dept_short=one.dept_short,
        look=LOOKS.get(one.state, "wait"),
        word=one.relief_words if one.relief == "asked" and one.is_due else one.state_words,
        about=_about(one),
        can_ask_relief=one.can_ask_relief,
    )


def _about(one: ChargeView) -> str:
    """The last day, the time of payment with its number, or when it has to be paid."""
    if one.state == "paid" and one.paid_at:
        when = words.moment_in_words(one.paid_at)
        return _("%(when)s付，支付单号 %(number)s") % {"when": when, "number": one.receipt_no}
    if one.pay_by and one.is_due:
        return _("%(day)s前，%(when)s") % {"day": words.day_in_words(one.pay_by), "when": one.when_words}
    if one.state in ("due", "planned", "pricing"):
        return one.when_words
    if one.state == "passthrough":
        return _("由%(dept)s收取，不在这里付") % {"dept": one.dept_short}
    return ""
