"""What follows a decision names things that exist: what repeats, whose older licence a new one replaces."""

from __future__ import annotations

from collections.abc import Iterator

from bundles.errors import Fault
from bundles.lint.draft import Draft
from bundles.spec import Result


def faults(draft: Draft) -> Iterator[Fault]:
    yield from _recurring(draft)
    for result in draft.spec.results:
        yield from _older(draft, result)
    for material in draft.spec.materials:
        path = f"materials[{material.id}]"
        if material.deferrable_unless and not material.deferrable:
            yield Fault(f"{path}.deferrable_unless", "不能容缺的材料不用写 deferrable_unless")
        if material.commitment_check and not material.commitment:
            yield Fault(f"{path}.commitment_check", "不能告知承诺的材料不用写 commitment_check")


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
    if isinstance(recurring.pay_day, str) and not draft.spec.has_field(recurring.pay_day):
        yield Fault("recurring.run.day_field", f"没有字段 {recurring.pay_day}")


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
