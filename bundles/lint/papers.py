"""What goes in and what comes out: materials, results, reasons for sending back, instances."""

from __future__ import annotations

from collections.abc import Iterator

from bundles.errors import Fault
from bundles.lint.draft import Draft
from bundles.lint.references import known_ref
from bundles.lint.sources import source_faults
from bundles.spec import Item, Material, Result
from bundles.spec.form import FIELD_TYPES


def faults(draft: Draft) -> Iterator[Fault]:
    for material in draft.spec.materials:
        yield from _material(draft, material)
    for result in draft.spec.results:
        yield from _result(draft, result)
    for item in draft.spec.items:
        if item.id not in draft.result_fields and not item.no_result:
            yield Fault(f"items[{item.id}]", f"事项 {item.id} 没有结果；确实没有请写 no_result: true")
        yield from _instances(draft, item)
    yield from _reasons(draft)


def _material(draft: Draft, material: Material) -> Iterator[Fault]:
    path = f"materials[{material.id}]"
    yield from _needed_by(draft, material, path)
    yield from _exemption(draft, material, path)
    for key in ("of", "signs"):
        for party in getattr(material, key):
            if party not in draft.parties and party != "row":
                yield Fault(f"{path}.{key}", f"没有当事人 {party}")
    if material.per and material.per not in draft.spec.groups and material.per not in draft.items:
        yield Fault(f"{path}.per", f"没有重复组 {material.per}")
    if material.from_item and material.from_item not in draft.items:
        yield Fault(f"{path}.from_item", f"没有事项 {material.from_item}")


def _needed_by(draft: Draft, material: Material, path: str) -> Iterator[Fault]:
    if material.items == "all":
        return
    if not isinstance(material.items, tuple) or not material.items:
        yield Fault(f"{path}.items", f"材料 {material.id} 没有事项需要它，不得要求提交")
        return
    for item in material.items:
        if item not in draft.items:
            yield Fault(f"{path}.items", f"没有事项 {item}")


def _exemption(draft: Draft, material: Material, path: str) -> Iterator[Fault]:
    for code in material.exempt_by:
        if code not in draft.registry.licences and code not in draft.registry.interfaces:
            yield Fault(f"{path}.exempt_by", f"{code} 既不是证照也不是共享接口")
    if material.exempt_by and not material.of:
        yield Fault(path, "写了 exempt_by 就要写 of：用谁的证照")


def _result(draft: Draft, result: Result) -> Iterator[Fault]:
    path = f"results[{result.id}]"
    if result.item not in draft.items:
        yield Fault(f"{path}.item", f"没有事项 {result.item}")
    if result.licence and result.licence not in draft.registry.licences:
        yield Fault(f"{path}.licence", f"证照目录里没有 {result.licence}")
    if not result.licence and not result.fields:
        yield Fault(path, f"结果 {result.id} 没有字段，也不是证照")
    if not result.delivery:
        yield Fault(path, "结果要写怎么送达（delivery）")
    for number, entry in enumerate(result.fields):
        if not (isinstance(entry, list) and len(entry) == 3 and entry[2] in FIELD_TYPES):
            yield Fault(f"{path}.fields[{number}]", "结果字段要写成 [字段, 中文, 类型]")


def _instances(draft: Draft, item: Item) -> Iterator[Fault]:
    if item.instances is None:
        return
    path = f"items[{item.id}].instances"
    group = item.instances.group
    if group and group not in draft.spec.groups:
        yield Fault(f"{path}.group", f"没有重复组 {group}")
    if item.instances.from_:
        yield from source_faults(draft, item.instances.from_, f"{path}.from", row=None)
    if not group and not item.instances.from_:
        yield Fault(path, "instances 要写 group（按行）或 from（按查询结果）")
    if group and item.instances.by and group in draft.spec.groups:
        names = {field.id for field in draft.spec.groups[group].fields}
        if item.instances.by not in names and not item.instances.from_:
            yield Fault(f"{path}.by", f"重复组 {group} 没有字段 {item.instances.by}")


def _reasons(draft: Draft) -> Iterator[Fault]:
    for kind in ("supplement", "reject"):
        for reason in getattr(draft.spec.reasons, kind):
            path = f"reasons.{kind}[{reason.code}]"
            if reason.item not in draft.items:
                yield Fault(f"{path}.item", f"没有事项 {reason.item}")
            if reason.about and not known_ref(draft, reason.about):
                yield Fault(f"{path}.about", f"没有名为 {reason.about} 的字段、材料或表单段")
