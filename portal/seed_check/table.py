"""What is printed: a line a scenario, the figures of a bundle, the rows of the seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from portal.seed_check import scenario
from portal.seed_check.check import Outcome

ROWS = Path(__file__).with_name("rows.yaml")
WORDS = {"happy": "办成", "refusal": "一项不予", "supplement": "补正", "withdrawal": "撤回", "outage": "部门中断"}


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
    yield "\n种子材料逐行："
    for entry in yaml.safe_load(ROWS.read_text(encoding="utf-8")):
        head = f"{entry['row']:>3} {entry['seed']}"
        if "cannot" in entry:
            yield f"  – {head}：{entry['cannot']}"
            continue
        shown = [one for one in outcomes if _shows(entry["shown"], one)]
        mark = "✓" if shown and all(one.passed for one in shown) else "✗"
        failed = [f"{one.bundle}·{one.scenario}" for one in shown if not one.passed]
        whom = "全部" if "all" in entry["shown"] else "、".join(entry["shown"])
        yield f"  {mark} {head}：{whom}" + (f"（不通过：{'、'.join(failed)}）" if failed else "")


def _shows(shown: Mapping[str, Sequence[str]], one: Outcome) -> bool:
    return one.scenario in shown.get(one.bundle, shown.get("all", ()))
