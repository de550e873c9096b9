"""Fees (收费): the answer that chooses rows of a table, amounts that are amounts, a last day where it has an effect."""

from __future__ import annotations

from collections.abc import Iterator

from bundles.errors import Fault
from bundles.forms.fees import chooser_of, rows_of
from bundles.forms.words import options_of
from bundles.lint.draft import Draft
from bundles.spec import Fee, Item

HOLDS = frozenset({"before_submit", "before_accept", "before_decision"})


def faults(draft: Draft) -> Iterator[Fault]:
    for item in draft.spec.items:
        if item.fee.kind != "none":
            yield from _fee(draft, item, f"items[{item.id}].fee")


def _fee(draft: Draft, item: Item, path: str) -> Iterator[Fault]:
    fee = item.fee
    if fee.kind == "fixed" and fee.amount is not None and fee.amount < 0:
        yield Fault(f"{path}.amount", "金额不能是负数")
    if fee.within is not None and fee.when not in HOLDS:
        yield Fault(f"{path}.within", "只有先缴费后办理的才有缴费期限（within）", "warning")
    if fee.kind == "table" and fee.rows:
        yield from _table(draft, item, path)


def _table(draft: Draft, item: Item, path: str) -> Iterator[Fault]:
    fee = item.fee
    if not _is_well_formed(fee):
        yield Fault(f"{path}.rows", "每行应为 [选项值, 金额]，金额不能是负数")
        return
    chooser = chooser_of(draft.spec, draft.registry, item)
    if chooser is None:
        message = "没有写按哪个字段或情形问题的选项收（rows_by），也看不出来：金额只能由人来定"
        yield Fault(f"{path}.rows_by", message, "warning")
        return
    known = _values(draft, chooser)
    if known is None:
        yield Fault(f"{path}.rows_by", f"没有“{chooser}”这个有选项的字段或情形问题")
        return
    for value in rows_of(fee):
        if value not in known:
            yield Fault(f"{path}.rows", f"“{chooser}”没有“{value}”这个选项", "warning")


def _is_well_formed(fee: Fee) -> bool:
    pairs = [row for row in fee.rows if isinstance(row, list | tuple) and len(row) == 2]
    amounts = [row[1] for row in pairs if isinstance(row[1], int | float) and not isinstance(row[1], bool)]
    return len(pairs) == len(fee.rows) == len(amounts) and all(amount >= 0 for amount in amounts)


def _values(draft: Draft, name: str) -> frozenset[str] | None:
    """The values a field or a question of the situation can have; None where there is none of that name."""
    spec = draft.spec
    question = next((one for one in spec.guidance if one.id == name), None)
    if question is not None:
        return frozenset(str(option.value) for option in question.options)
    if not spec.has_field(name) or spec.field(name).type not in ("enum", "multi"):
        return None
    return frozenset(str(option[0]) for option in options_of(spec.field(name), draft.registry))
