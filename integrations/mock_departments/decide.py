"""How a department decides: by the item's own rules; by a person wherever a machine may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .application import Application
from .facts import ApplicationScope, Unheard
from .library import Item
from .rules import UNKNOWN, evaluate, truth

Outcome = Literal["approve", "reject", "supplement", "wait", "person"]
# Which failing wins when several rules fail: the graver first.
_ORDER: tuple[Outcome, ...] = ("reject", "supplement", "wait", "person")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say, with the reasons to give and what every rule found."""

    outcome: Outcome
    reasons: list[dict[str, object]] = field(default_factory=list)
    findings: list[dict[str, object]] = field(default_factory=list)


def judge(application: Application, scope: ApplicationScope) -> Verdict:
    """Work through the item's rules.

    Only a definite false applies a rule's failing; unknown goes to a person and refuses nobody anything.
    """
    item = application.item
    if item is None:
        return Verdict("approve")
    findings = [_in_doubt(rule, scope, _finding(rule, scope)) for rule in item.rules]
    failings = {_failing(rule, finding["value"]) for rule, finding in zip(item.rules, findings, strict=True)}
    outcome = next((outcome for outcome in _ORDER if outcome in failings), _default(item))
    reasons: list[dict[str, object]] = []
    if outcome in ("reject", "supplement"):
        broken = [
            rule
            for rule, finding in zip(item.rules, findings, strict=True)
            if finding["value"] is False and rule.get("fail") == outcome
        ]
        reasons = [reason_for(item, outcome, rule) for rule in broken]
    return Verdict(outcome, reasons, findings)


def row_findings(application: Application, scope: ApplicationScope) -> list[dict[str, object]]:
    """For every row of the application's group: whether it passes the rules of a row, and which it breaks."""
    item = application.item
    rules = [rule for rule in item.rules if rule.get("scope") == "row"] if item else []
    rows = [row for rows in application.groups.values() for row in rows]
    if application.row or not rows:
        rows = [application.row or application.flat]
    answers: list[dict[str, object]] = []
    for row in rows:
        broken = [rule for rule in rules if truth(evaluate(rule["expr"], scope.in_row(row))) is False]
        label = row.get("plate") or next(iter(row.values()), "")
        answers.append({"row": label, "passed": not broken, "reasons": [str(rule.get("zh", "")) for rule in broken]})
    return answers


def reason_for(item: Item, kind: str, rule: Mapping[str, Any]) -> dict[str, object]:
    """The reason of the definition that fits a broken rule best, or the rule's own words."""
    reasons = item.reasons(kind)
    if len(reasons) == 1:
        return written(reasons[0])
    names = str(rule.get("expr", ""))
    words = _pairs(str(rule.get("zh", "")))
    best: tuple[int, Mapping[str, Any]] | None = None
    for reason in reasons:
        fit = len(words & _pairs(reason["zh"])) + (5 if reason.get("about") and reason["about"] in names else 0)
        if fit and (best is None or fit > best[0]):
            best = (fit, reason)
    if best:
        return written(best[1])
    return {"code": rule.get("id", ""), "about": None, "text": f"不符合：{rule.get('zh', '办理条件')}"}


def written(reason: Mapping[str, Any]) -> dict[str, object]:
    """A reason of the definition as the contract writes it."""
    return {"code": reason["code"], "about": reason.get("about"), "text": reason["zh"]}


def usual_reasons(item: Item | None, kind: str) -> list[dict[str, object]]:
    """The first reason of a kind that the definition has for an item, or a general one."""
    reasons = item.reasons(kind) if item else []
    general = "请补充申请材料" if kind == "supplement" else "经审查不符合办理条件"
    return [written(reasons[0])] if reasons else [{"code": "X01", "about": None, "text": general}]


def _default(item: Item) -> Outcome:
    """With every rule passed: done by machine, unless the definition keeps the decision to a person."""
    return "person" if (item.entry.get("decision") or {}).get("kind") == "manual" else "approve"


def _finding(rule: Mapping[str, Any], scope: ApplicationScope) -> dict[str, object]:
    """True, false or unknown for one rule; a rule of rows is false only when every row breaks it."""
    text = rule.get("expr")
    if not text:
        value: object = UNKNOWN
    elif rule.get("scope") == "row" and not scope.application.row and scope.application.groups:
        rows = [row for rows in scope.application.groups.values() for row in rows]
        values = [truth(evaluate(text, scope.in_row(row))) for row in rows]
        value = (
            True if any(one is True for one in values) else UNKNOWN if any(one is UNKNOWN for one in values) else False
        )
    else:
        value = truth(evaluate(text, scope))
    return {"rule": rule.get("id", ""), "zh": rule.get("zh", ""), "value": None if value is UNKNOWN else value}


def _in_doubt(rule: Mapping[str, Any], scope: ApplicationScope, finding: dict[str, object]) -> dict[str, object]:
    """A rule that could refuse is broken only where a record says so: the absence of one is not known, not a no."""
    if finding["value"] is not False or rule.get("fail") != "reject":
        return finding
    return _finding(rule, Unheard.of(scope))


def _failing(rule: Mapping[str, Any], value: object) -> Outcome | None:
    if value is True or (value is False and rule.get("fail") == "skip"):
        return None
    if value is None:
        return "person"
    fail = rule.get("fail", "manual")
    return fail if fail in ("reject", "supplement", "wait") else "person"


def _pairs(text: str) -> set[str]:
    """Neighbouring pairs of characters, the cheapest way to see whether two Chinese sentences are about the same."""
    return {text[place : place + 2] for place in range(len(text) - 1)}
