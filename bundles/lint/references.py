"""Departments, matters, licences, parties, items: what is named must exist in the catalogue or in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bundles.errors import Fault
from bundles.forms.identity import ATTRIBUTES
from bundles.lint.draft import Draft
from bundles.spec import Item


def faults(draft: Draft) -> Iterator[Fault]:
    spec = draft.spec
    yield from _department(draft, spec.lead, "lead")
    for stage in spec.stages:
        if stage.lead:
            yield from _department(draft, stage.lead, f"stages[{stage.id}].lead")
    for item in spec.items:
        yield from _item(draft, item)
    if spec.agent and spec.agent.material and spec.agent.material not in draft.materials:
        yield Fault("agent.material", f"没有材料 {spec.agent.material}")
    for section in spec.form.sections:
        if section.filled_by and section.filled_by not in draft.parties:
            yield Fault(f"form.sections[{section.id}].filled_by", f"没有当事人 {section.filled_by}")
    yield from _party_identities(draft)
    if spec.joint_until and spec.joint_until not in draft.items:
        yield Fault("joint_withdrawal.until", f"没有事项 {spec.joint_until}")
    yield from _dedupe(draft)
    yield from _sources(draft)


def known_ref(draft: Draft, ref: str) -> bool:
    """Whether an id names anything that can be switched on or blamed: item, material, section, field, result."""
    return ref in draft.items | draft.materials | draft.sections | draft.results or ref in draft.fields


def _department(draft: Draft, code: object, path: str) -> Iterator[Fault]:
    if code not in draft.registry.departments:
        yield Fault(path, f"部门目录里没有 {code}")


def _item(draft: Draft, item: Item) -> Iterator[Fault]:
    path = f"items[{item.id}]"
    yield from _department(draft, item.dept, f"{path}.dept")
    yield from _matter(draft, item, path)
    yield from _routed(draft, item, f"{path}.instances")
    yield from _bound(draft, item, f"{path}.bind")
    for special in item.decision.special:
        for dept in special.consult or ():
            yield from _department(draft, dept, f"{path}.decision.special[{special.id}].consult")


def _bound(draft: Draft, item: Item, path: str) -> Iterator[Fault]:
    """`bind` ties an item to another one of the file, never to itself."""
    if item.bind is not None and (item.bound_to not in draft.items or item.bound_to == item.id):
        yield Fault(path, f"bind 要写 with: 另一个事项，没有 {item.bound_to or '写'}")


def _matter(draft: Draft, item: Item, path: str) -> Iterator[Fault]:
    """An item is its matter of the catalogue: same department, same kind of power."""
    matter = draft.registry.matters.get(item.matter)
    if matter is None:
        yield Fault(f"{path}.matter", f"单事项目录里没有 {item.matter}，请补录它的编码", "warning")
    elif matter.dept != item.dept:
        yield Fault(f"{path}.dept", f"单事项 {item.matter} 属于 {matter.dept}，这里写的是 {item.dept}")
    elif matter.type != item.type:
        yield Fault(f"{path}.type", f"单事项 {item.matter} 是{matter.type}，这里写的是{item.type}")


def _routed(draft: Draft, item: Item, path: str) -> Iterator[Fault]:
    """Which department handles which kind of record."""
    if item.instances is None:
        return
    for kind, dept in (item.instances.dept_by_licence or {}).items():
        yield from _department(draft, dept, f"{path}.dept_by_licence.{kind}")
        if kind not in draft.registry.licences:
            yield Fault(f"{path}.dept_by_licence.{kind}", f"证照目录里没有 {kind}")
    for kind, dept in (item.instances.dept_by_agency or {}).items():
        yield from _department(draft, dept, f"{path}.dept_by_agency.{kind}")


def _party_identities(draft: Draft) -> Iterator[Fault]:
    for party in draft.spec.parties:
        for key, field in (party.identity or {}).items():
            if key not in ATTRIBUTES:
                yield Fault(
                    f"parties[{party.id}].identity.{key}", f"身份没有 {key} 这一项，可用 {'、'.join(ATTRIBUTES)}"
                )
            if field not in draft.fields:
                yield Fault(f"parties[{party.id}].identity.{key}", f"没有字段 {field}")


def _dedupe(draft: Draft) -> Iterator[Fault]:
    for name in ("dedupe", "unique"):
        rule = draft.spec.extra.get(name)
        for field in rule.get("key", ()) if isinstance(rule, Mapping) else ():
            if field not in draft.fields:
                yield Fault(f"{name}.key", f"没有字段 {field}")


def _sources(draft: Draft) -> Iterator[Fault]:
    yield from _each_has_source("basis", draft.spec.basis)
    yield from _each_has_source("before_after", draft.spec.before_after)
    for number, source in enumerate(draft.spec.sources):
        complete = isinstance(source, Mapping) and source.get("ref") and source.get("fact")
        if not complete or source.get("kind") not in ("page", "seed", "known"):
            yield Fault(f"sources[{number}]", "来源要写 kind（page、seed 或 known）、ref 和 fact")


def _each_has_source(path: str, entries: Iterable[Any]) -> Iterator[Fault]:
    for number, entry in enumerate(entries):
        if not isinstance(entry, Mapping) or entry.get("src") not in ("page", "seed", "known"):
            yield Fault(f"{path}[{number}]", "要写来源 src（page、seed 或 known）")
