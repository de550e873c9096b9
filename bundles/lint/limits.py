"""Limits and fees: a promise within the law, and a promise that its own items can keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bundles.errors import Fault
from bundles.lint.draft import Draft
from bundles.spec import Duration, Item
from bundles.spec.one_notice import LEGAL_DAYS

SECONDS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86400.0,
    "workday": 86400.0 * 1.45,
    "month": 86400.0 * 30,
    "year": 86400.0 * 365,
}
WORDS = {
    "second": "秒",
    "minute": "分钟",
    "hour": "小时",
    "day": "日",
    "workday": "个工作日",
    "month": "个月",
    "year": "年",
}


def faults(draft: Draft) -> Iterator[Fault]:
    for item in draft.spec.items:
        yield from _item(item)
    yield from _start(draft)
    yield from _promise(draft)
    yield from _deferrals(draft)
    yield from _one_notice(draft)


def _item(item: Item) -> Iterator[Fault]:
    path = f"items[{item.id}]"
    if item.statutory and seconds(item.committed) > seconds(item.statutory) + 1:
        message = f"承诺时限 {words(item.committed)}长于法定时限 {words(item.statutory)}"
        yield Fault(f"{path}.committed", message)
    if item.committed.n < 0:
        yield Fault(f"{path}.committed", "时限不能是负数")
    if not item.committed.src:
        yield Fault(f"{path}.committed", "承诺时限要写来源 src")
    if item.fee.kind != "none":
        yield from _fee(item, f"{path}.fee")
    if item.decision.kind == "auto" and not item.decision.rules and not item.decision.why:
        yield Fault(f"{path}.decision", "自动裁量没有规则，也没有说明为什么（why）", "warning")


def _one_notice(draft: Draft) -> Iterator[Fault]:
    """The law gives the authority five working days, and the applicant a day at least. 行政许可法 第三十二条."""
    raw = draft.spec.extra.get("one_notice")
    if raw is None:
        return
    least = {"collect": 0, "answer": 1, "grace": 0, "remind": 0}
    for key, value in raw.items() if isinstance(raw, Mapping) else [("", raw)]:
        path = f"one_notice.{key}" if key else "one_notice"
        if key not in least:
            yield Fault(path, "这里只有 collect、answer、grace、remind")
        elif type(value) is not int or value < least[key]:
            yield Fault(path, f"应为不小于 {least[key]} 的整数（工作日）")
        elif key == "collect" and value > LEGAL_DAYS:
            yield Fault(path, f"一次性告知不能超过 {LEGAL_DAYS} 个工作日（行政许可法第三十二条）")


def _fee(item: Item, path: str) -> Iterator[Fault]:
    fee = item.fee
    if not fee.when:
        yield Fault(path, "收费要写什么时候交（when）")
    if not fee.src:
        yield Fault(path, "收费要写来源 src")
    if fee.kind == "fixed" and fee.amount is None:
        yield Fault(path, "固定收费要写金额（amount）")
    if fee.kind == "formula" and not fee.expr:
        yield Fault(path, "按公式收费要写 expr")
    if fee.kind == "table" and not fee.rows:
        yield Fault(path, "按表收费要写 rows")


def _start(draft: Draft) -> Iterator[Fault]:
    """A promise starts with acceptance, with submission, or when an item of the bundle is decided."""
    clock = draft.spec.clock
    if clock.starts_with not in (None, "submission", *draft.items):
        yield Fault("clock.starts_with", f"应为一个事项或 submission，没有事项 {clock.starts_with}")
    elif clock.start and clock.starts_with is None and clock.start not in draft.items:
        message = "start 不是事项，程序按受理起算；起算点不是受理的请写 starts_with"
        yield Fault("clock.start", message, "warning")


def _promise(draft: Draft) -> Iterator[Fault]:
    """SCHEMA: a bundle's promise should not be shorter than the longest required path of its items."""
    clock = draft.spec.clock
    if clock.committed is None:
        return
    if clock.statutory and seconds(clock.committed) > seconds(clock.statutory) + 1:
        yield Fault("clock.committed", f"承诺 {words(clock.committed)}长于法定 {words(clock.statutory)}")
    path = longest_path(draft)
    total = sum(seconds(item.committed) for item in path)
    if total > seconds(clock.committed) + 1:
        chain = " → ".join(f"{item.id}（{words(item.committed)}）" for item in path)
        length = _in_unit(total, clock.committed.unit)
        yield Fault("clock.committed", f"承诺 {words(clock.committed)}，最长路径要 {length}：{chain}", "warning")


def longest_path(draft: Draft) -> tuple[Item, ...]:
    """The slowest chain of required items, by their committed limits."""
    needed = {item.id: item for item in draft.spec.items if item.select == "required"}
    best: dict[str, tuple[Item, ...]] = {}

    def slowest(item: Item, trail: frozenset[str]) -> tuple[Item, ...]:
        if item.id not in best:
            before = {d.item for d in item.depends_on if d.item in needed and d.item not in trail}
            chains = [slowest(needed[up], trail | {item.id}) for up in sorted(before)]
            best[item.id] = (*max(chains, key=_length, default=()), item)
        return best[item.id]

    return max((slowest(item, frozenset()) for item in needed.values()), key=_length, default=())


def _length(path: tuple[Item, ...]) -> float:
    return sum(seconds(item.committed) for item in path)


def _deferrals(draft: Draft) -> Iterator[Fault]:
    """容缺: the paper must be there before the item's own limit has run out."""
    limits = {item.id: item.committed for item in draft.spec.items}
    for material in draft.spec.materials:
        if material.deferrable is None:
            continue
        for item in sorted(draft.spec.items_of_material(material) & limits.keys()):
            if seconds(material.deferrable) > seconds(limits[item]) + 1:
                message = f"容缺期限 {words(material.deferrable)}长于事项 {item} 的承诺时限 {words(limits[item])}"
                yield Fault(f"materials[{material.id}].deferrable", message, "warning")


def seconds(duration: Duration) -> float:
    return duration.n * SECONDS[duration.unit]


def words(duration: Duration) -> str:
    return f"{duration.n:g} {WORDS[duration.unit]}"


def _in_unit(total: float, unit: str) -> str:
    amount = total / SECONDS[unit]
    return f"{round(amount, 2) if amount < 100 else round(amount):g} {WORDS[unit]}"
