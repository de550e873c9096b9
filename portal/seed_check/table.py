"""What is printed: a line a scenario, the figures of a bundle, the rows of the seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.seed_check import scenario
from portal.seed_check.check import Outcome

WORDS = {"happy": "办成", "refusal": "一项不予", "supplement": "补正", "withdrawal": "撤回", "outage": "部门中断"}
SHOWN_ITEMS = 30


def line(one: Outcome) -> str:
    """Verdict, bundle, scenario, items by state, results, seconds, and the reason of a failure."""
    mark = "✓" if one.passed else "✗"
    states: dict[str, int] = {}
    for state in one.items.values():
        states[state] = states.get(state, 0) + 1
    items = " ".join(f"{state}×{count}" for state, count in states.items())
    name = WORDS.get(one.scenario, one.scenario)
    aim = f"（{one.aimed_at}）" if one.aimed_at else ""
    head = f"{mark} {one.bundle} {name}{aim}：{one.state or '-'}{'/' + one.outcome if one.outcome else ''}"
    tail = f"；{items}；结果 {len(one.results)} 份；{one.took_s:.1f} 秒"
    return head + tail + (f"\n    ✗ {one.reason}" if one.reason else "")


def figures(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Our figures of the happy walk beside the bundle's own."""
    for one in outcomes:
        if one.scenario == scenario.HAPPY and one.passed:
            for figure in one.figures:
                ours = "—" if figure.ours is None else f"{figure.ours:g}"
                mark = {True: "达到", False: "未达到", None: "一次走查数不出"}[figure.is_reached]
                yield (
                    f"    {figure.label}：原 {figure.before:g} → {figure.after:g} {figure.unit}（{figure.src}）"
                    f"，本次 {ours}｜{mark}"
                )


def seed_rows(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Every row of the seeds table: shown by which bundle and whether it passed, or why a bundle cannot show it."""
    return iter(())
