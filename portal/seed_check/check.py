"""One scenario from the first question to the verdict: passed, or the reason why not."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from cases import queries
from cases.actions.scheduling import replanning
from cases.errors import CaseError
from cases.queries import under_way
from cases.states import CASE_FINAL
from portal.seed_check.figures import Figure, counted, figures_of, missed
from portal.seed_check.filler import CannotFill
from portal.seed_check.scenario import HAPPY, Script
from portal.seed_check.walk import Stuck, Walk, refused
from portal.seed_check.world import World

log = structlog.get_logger(__name__)

HAPPY_END: Mapping[str, Any] = {"state": "concluded", "outcome": "all"}
# An attention that may stay open at the end: somebody looks into it, nothing waits for it.
HARMLESS = frozenset({"contradiction", "late_answer"})


@dataclass
class Outcome:
    """How a scenario went."""

    bundle: str
    title: str
    scenario: str
    passed: bool
    reason: str = ""
    aimed_at: str = ""
    state: str = ""
    outcome: str = ""
    items: Mapping[str, str] = field(default_factory=dict)
    results: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    counted: Mapping[str, float] = field(default_factory=dict)
    took_s: float = 0.0


def check(world: World, script: Script) -> Outcome:
    """Walk through a scenario in a fresh city and judge it. Never raises: what went wrong is the reason."""
    began = time.monotonic()
    with world.fresh():
        walk, reason = None, ""
        try:
            walk = Walk(world, script)
            walk.go()
        except (Stuck, CannotFill, CaseError) as error:
            reason = refused(error)
        except Exception as error:
            log.exception("seed_check.failed", bundle=script.bundle, scenario=script.name)
            reason = refused(error)
        result = _judged(walk, script, reason)
    result.took_s = round(time.monotonic() - began, 2)
    return result


def _judged(walk: Walk | None, script: Script, reason: str) -> Outcome:
    if walk is None:
        return Outcome(script.bundle, script.bundle, script.name, passed=False, reason=reason)
    result = Outcome(script.bundle, walk.spec.zh, script.name, passed=not reason, reason=reason, aimed_at=walk.aimed_at)
    if not reason or walk.handed_in_at:
        _note(walk, result)
    if not reason:
        faults = list(_faults(walk, result))
        result.passed, result.reason = not faults, "；".join(faults)
    return result


def _note(walk: Walk, result: Outcome) -> None:
    case = walk.case
    result.state, result.outcome = case.state, case.outcome
    result.items = {_name(sub): sub.state for sub in walk.subs}
    result.results = tuple(view.result_id for view in queries.results_of(case))
    result.counted = counted(walk)
    result.figures = figures_of(walk)


def _name(sub: under_way.UnderWay) -> str:
    return f"{sub.item_id}[{sub.instance}]" if sub.instance else sub.item_id


# -- the verdict ------------------------------------------------------------------------------------------------------


def _faults(walk: Walk, result: Outcome) -> Iterator[str]:
    """Everything that is not as expected, and everything that must never be."""
    yield from _not_as_expected(walk, result)
    yield from _of_the_aim(walk, result)
    case = walk.case
    concerns = [f"{reason}（{detail}）" for reason, detail in under_way.open_concerns(case) if reason not in HARMLESS]
    if concerns:
        yield f"还开着的待处理：{'、'.join(concerns)}"
    stuck = [row.kind for row in queries.silent_rows()]
    if stuck:
        yield f"有行无人过问：{'、'.join(stuck)}"
    twice = [one for one in walk.world.departments.ask("summary")["duplicate_effects"] if _is_once(walk, one)]
    if twice:
        yield f"部门做了两次：{twice[:2]}"


def _is_once(walk: Walk, effect: Mapping[str, Any]) -> bool:
    """Whether a department does a thing once only: every version of a plan is decided anew, never filed anew."""
    return not walk.script.replan or effect["effect"] == "filed"


def _not_as_expected(walk: Walk, result: Outcome) -> Iterator[str]:
    usual = HAPPY_END if walk.script.aim in (HAPPY, "supplement", "outage") else {}
    expected = dict(walk.script.expect or usual)
    for key in ("state", "outcome"):
        if key in expected and getattr(result, key) != expected[key]:
            yield f"{key} 应为 {expected[key]}，实际 {getattr(result, key)}（{_odd_items(result)}）"
    for item, state in (expected.get("items") or {}).items():
        found = {s for name, s in result.items.items() if name.partition("[")[0] == item}
        if found != {state} and not (state == "absent" and not found):
            yield f"{item} 应为 {state}，实际 {'、'.join(sorted(found)) or '没有'}"
    lacking = [one for one in expected.get("results") or () if one not in result.results]
    if lacking:
        yield f"没有出结果：{'、'.join(lacking)}"
    if walk.script.replan and replanning.latest_number(walk.case) < 2:
        yield "计划没有改成"
    unserved = [end for end in walk.confirmations.served.values() if end != "concluded/all"]
    if walk.script.aim == HAPPY and (unserved or len(walk.confirmations.served) != len(walk.script.roster)):
        yield f"名册 {len(walk.script.roster)} 人，办成 {len(walk.confirmations.served) - len(unserved)} 人"
    yield from missed(walk.spec, result.counted, expected.get("at_most") or {})


def _odd_items(result: Outcome) -> str:
    return "、".join(f"{name} {state}" for name, state in result.items.items() if state != "approved")


def _of_the_aim(walk: Walk, result: Outcome) -> Iterator[str]:
    """What the derived scenarios promise by themselves."""
    aim, subs = walk.script.aim, walk.subs
    if aim == "refusal":
        refused_subs = [sub for sub in subs if sub.item_id == walk.aimed_at and sub.state == "rejected"]
        if not refused_subs:
            yield f"{walk.aimed_at} 应当未通过"
        if any(not sub.reasons for sub in refused_subs):
            yield f"{walk.aimed_at} 未通过却没有理由"
        if walk.case.state not in CASE_FINAL or result.outcome == "all":
            yield f"有一项未通过，办件却是 {result.state}/{result.outcome}"
    elif aim == "supplement" and walk.notices_answered != 1:
        yield f"应有一次补正，实际 {walk.notices_answered} 次"
    elif aim == "withdrawal":
        yield from _of_withdrawal(walk, result)
    elif aim == "outage" and walk.aimed_at and not _was_away(walk):
        yield f"{walk.aimed_at} 的系统没有真的离开过"


def _of_withdrawal(walk: Walk, result: Outcome) -> Iterator[str]:
    left = [sub.item_id for sub in walk.subs if sub.state not in ("withdrawn", "approved", "cancelled")]
    if left:
        yield f"撤回后还在：{'、'.join(left)}"
    filed = walk.world.departments.ask("record")["applications"]
    deaf = [one["item"] for one in filed if one["status"] not in ("withdrawn", "approved", "rejected")]
    if deaf:
        yield f"部门不知道已撤回：{'、'.join(deaf)}"


def _was_away(walk: Walk) -> bool:
    requests = walk.world.departments.ask(f"record?dept={walk.aimed_at}")["requests"]
    manual = all(sub.connect == "manual" for sub in walk.subs if sub.department == walk.aimed_at)
    return manual or any(one["status"] == 503 for one in requests)
