"""Which items the data entitles somebody to (资格匹配): fits, does not and why, or open until something is known.

Only items that data switches on are matched; what somebody asks for by an answer is a wish, not an entitlement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bundles.forms.context import Context
from bundles.forms.selection import Selection, scope, select
from bundles.forms.words import text_of
from bundles.rules import RuleError, judge, parse
from bundles.spec import BundleSpec, Item

Verdict = Literal["fits", "not", "open"]


@dataclass(frozen=True, slots=True)
class Matched:
    """An item and whether it is for this person; `reason` says why not, in the bundle's own words."""

    item: Item
    verdict: Verdict
    reason: str = ""


def matched_items(spec: BundleSpec) -> tuple[Item, ...]:
    """The items that are matched: those with a condition of their own."""
    return tuple(item for item in spec.items if item.when is not None and item.select == "conditional")


def match_items(context: Context, selection: Selection | None = None) -> tuple[Matched, ...]:
    """The verdict on each item, in the order of the definition. Unknown is never a no."""
    case = scope(context, selection or select(context))
    return tuple(_matched(item, case) for item in matched_items(context.spec))


def _matched(item: Item, case: object) -> Matched:
    texts = [item.when or "", *(rule.expr for rule in item.decision.rules if rule.fail == "reject")]
    verdicts = [judge(text, case) for text in texts]  # type: ignore[arg-type]
    if False in verdicts:
        broken = [rule.zh for rule in item.decision.rules if rule.fail == "reject" and judge(rule.expr, case) is False]  # type: ignore[arg-type]
        return Matched(item, "not", text_of(item.not_eligible) or "；".join(broken) or item.zh)
    return Matched(item, "fits" if all(verdict is True for verdict in verdicts) else "open")


def expressions_of_matches(spec: BundleSpec) -> Iterator[str]:
    """Everything the verdicts read, variables included."""
    for item in matched_items(spec):
        for text in (item.when, *(rule.expr for rule in item.decision.rules if rule.fail == "reject")):
            yield from _with_variables(spec, text or "", set())


def _with_variables(spec: BundleSpec, text: str, seen: set[str]) -> Iterator[str]:
    yield text
    try:
        names = parse(text).names
    except RuleError:
        return
    for name in names:
        variable = spec.variables.get(name)
        if variable is not None and variable.expr and name not in seen:
            yield from _with_variables(spec, variable.expr, seen | {name})
