"""What follows a decision names things that exist: what repeats, whose older licence a new one replaces."""

from __future__ import annotations

from collections.abc import Iterator

from bundles.errors import Fault
from bundles.lint.draft import Draft
from bundles.spec import Recurring, Result

LAST_DAY = 31
AGES = ("day", "month", "year")


def faults(draft: Draft) -> Iterator[Fault]:
    yield from _recurring(draft)
    for result in draft.spec.results:
        yield from _older(draft, result)
        yield from _copies(draft, result)
    for material in draft.spec.materials:
        path = f"materials[{material.id}]"
        if material.deferrable_unless and not material.deferrable:
            yield Fault(f"{path}.deferrable_unless", "不能容缺的材料不用写 deferrable_unless")
        if material.commitment_check and not material.commitment:
            yield Fault(f"{path}.commitment_check", "不能告知承诺的材料不用写 commitment_check")
        if material.max_age and material.max_age.unit not in AGES:
            yield Fault(f"{path}.max_age", "材料的新旧按 day month year 算")


def _recurring(draft: Draft) -> Iterator[Fault]:
    recurring = draft.spec.recurring
    if recurring is None:
        return
    entitlement = recurring.entitlement
    if entitlement is None:
        yield Fault("recurring", "没有写 entitlement，软件不知道从哪个事项起按月发、发多少", "warning")
        return
    path = "recurring.entitlement"
    for key, item in (("item", entitlement.item), ("payer", entitlement.payer)):
        if item and item not in draft.items:
            yield Fault(f"{path}.{key}", f"没有事项 {item}")
    if entitlement.result not in {r.id for r in draft.spec.results if r.item == entitlement.item}:
        yield Fault(f"{path}.result", f"事项 {entitlement.item} 没有结果 {entitlement.result}")
    if entitlement.holder not in draft.parties:
        yield Fault(f"{path}.holder", f"没有当事人 {entitlement.holder}")
    yield from _days(draft, recurring)


def _days(draft: Draft, recurring: Recurring) -> Iterator[Fault]:
    """The day of the month is a number or a field; the day of looking again is a number."""
    pay_day, recheck_day = recurring.pay_day, (recurring.recheck or {}).get("day")
    if isinstance(pay_day, str) and not draft.spec.has_field(pay_day):
        yield Fault("recurring.run.day_field", f"没有字段 {pay_day}")
    elif not isinstance(pay_day, str) and not _is_day(pay_day):
        yield Fault("recurring.pay.day", "每月的日子应为 1 到 31 的整数")
    if recheck_day is not None and not _is_day(recheck_day):
        yield Fault("recurring.recheck.day", "每月的日子应为 1 到 31 的整数")


def _copies(draft: Draft, result: Result) -> Iterator[Fault]:
    """How many paper copies: a number, or the field of the form that says it."""
    copies = result.copies
    if isinstance(copies, str) and not draft.spec.has_field(copies):
        yield Fault(f"results[{result.id}].copies", f"没有字段 {copies}")
    elif copies is not None and not isinstance(copies, str) and not _is_count(copies):
        yield Fault(f"results[{result.id}].copies", "纸质本数应为不小于 0 的整数，或表单里填本数的字段")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_day(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LAST_DAY


def _older(draft: Draft, result: Result) -> Iterator[Fault]:
    path = f"results[{result.id}]"
    for key in ("supersedes", "revokes"):
        named = getattr(result, key)
        for code in (named,) if isinstance(named, str) else named or ():
            if code not in draft.registry.licences:
                yield Fault(f"{path}.{key}", f"证照目录里没有 {code}")
    if result.older_of and result.older_of not in draft.parties:
        yield Fault(f"{path}.older_of", f"没有当事人 {result.older_of}")
    for face, field in (result.older_match or {}).items():
        if not draft.spec.has_field(field):
            yield Fault(f"{path}.older_match.{face}", f"没有字段 {field}")
