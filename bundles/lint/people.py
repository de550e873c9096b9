"""Rosters and searches name things that exist: rows, fields, papers, conditions; prose alone makes nothing happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bundles.errors import Fault, MalformedDocument
from bundles.lint.draft import Draft
from bundles.rules import check
from bundles.spec.proactive import ACTS, EntitledClass, Population

FILLED = ("class", "run")


def faults(draft: Draft) -> Iterator[Fault]:
    for read in (_batch, _confirmation, _proactive, _match):
        try:
            yield from read(draft)
        except MalformedDocument as error:
            yield Fault(error.path, error.message)


def _batch(draft: Draft) -> Iterator[Fault]:
    batch = draft.spec.batch
    if batch is None:
        return
    group = draft.spec.groups.get(batch.group)
    if group is None:
        yield Fault("batch.group", f"没有重复组 {batch.group}")
    elif batch.row_key not in {field.id for field in group.fields}:
        yield Fault("batch.row_key", f"重复组 {batch.group} 里没有字段 {batch.row_key}")
    if batch.material is not None and batch.material not in draft.materials:
        yield Fault("batch.material", f"没有材料 {batch.material}")
    by_row = [bool(item.instances and item.instances.group == batch.group) for item in draft.spec.items]
    if not any(by_row):
        yield Fault("batch.group", "没有事项按名册逐人办理（instances.group）", "warning")
    if all(by_row):
        yield Fault("batch", "至少要有一个不按人拆分的事项来受理名册")
    if draft.spec.confirmation is None:
        yield Fault("batch", "名册里的人须本人确认，请写 confirmation", "warning")
    yield from _sections(draft, batch.group)


def _sections(draft: Draft, group: str) -> Iterator[Fault]:
    for section in draft.spec.form.sections:
        if section.filled_by is None and section.id != group:
            path = f"form.sections[{section.id}].filled_by"
            yield Fault(path, "名册批量的表单应写明这一段由单位还是本人填", "warning")


def _confirmation(draft: Draft) -> Iterator[Fault]:
    confirmation = draft.spec.confirmation
    if confirmation is None:
        return
    if confirmation.party not in draft.parties:
        yield Fault("confirmation.party", f"没有当事人 {confirmation.party}")
    yield from _fields(draft, (*confirmation.editable, *confirmation.locked), "confirmation.editable")
    for key in ("by", "mark", "phone", "reason"):
        named = getattr(confirmation, key)
        yield from _fields(draft, [named] if named else (), f"confirmation.{key}")
    if confirmation.phone is None:
        yield Fault("confirmation.phone", "没有写手机号字段，通知发不到本人", "warning")


def _proactive(draft: Draft) -> Iterator[Fault]:
    proactive = draft.spec.proactive
    if proactive is None:
        return
    yield from _population(draft, proactive.population)
    for what, field in (proactive.fields or {}).items():
        yield from _fields(draft, [field], f"proactive.fields.{what}")
        if what not in FILLED:
            yield Fault(f"proactive.fields.{what}", f"可填的内容是 {'、'.join(FILLED)}，没有 {what}")
    for one in proactive.classes:
        yield from _class(draft, one)
    if proactive.population and not any(one.act == "visit" for one in proactive.classes):
        yield Fault("proactive.classes", "没有上门核实的一类（act: visit），数据有疑问的人没有去处")


def _population(draft: Draft, population: Population | None) -> Iterator[Fault]:
    if population is None:
        yield Fault("proactive.population", "没有写名单来源，系统不会自动比对，只能由本人申请", "warning")
        return
    if population.api not in draft.registry.interfaces:
        yield Fault("proactive.population.api", f"没有接口 {population.api}")
    for name, text in population.filter.items():
        yield from _expression(draft, f"proactive.population.filter.{name}", text)


def _class(draft: Draft, one: EntitledClass) -> Iterator[Fault]:
    path = f"proactive.classes[{one.id}]"
    if one.act is None:
        yield Fault(f"{path}.act", "只有文字说明，系统不会照办；请写 act 和 when", "warning")
    elif one.act not in ACTS:
        yield Fault(f"{path}.act", f"可写 {'、'.join(ACTS)}，没有 {one.act}")
    yield from _expression(draft, f"{path}.when", one.when)
    for number, because in enumerate(one.because):
        yield from _expression(draft, f"{path}.because[{number}].when", because.when)
    for question in one.guidance or {}:
        if question not in draft.questions:
            yield Fault(f"{path}.guidance.{question}", f"没有情形问题 {question}")
    if one.act == "ask" and one.answer_within is None:
        yield Fault(f"{path}.answer_within", "须写明多少日没有回复转上门")


def _match(draft: Draft) -> Iterator[Fault]:
    match = draft.spec.match
    if match is not None and match.party is not None and match.party not in draft.parties:
        yield Fault("match.party", f"没有当事人 {match.party}")


def _expression(draft: Draft, path: str, text: object) -> Iterator[Fault]:
    if text is None:
        return
    if not isinstance(text, str):
        yield Fault(path, "表达式应为文字，请加引号")
        return
    for problem in check(text, draft.names_in(None)):
        yield Fault(path, problem.message)


def _fields(draft: Draft, ids: Iterable[str], path: str) -> Iterator[Fault]:
    for field in ids:
        if not draft.spec.has_field(field):
            yield Fault(path, f"没有字段 {field}")
