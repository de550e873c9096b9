"""Whether the bundle fits this applicant (准入条件), and whether the answers fit together (constraints).

A condition that speaks of a repeating block holds where it holds in every row of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bundles.forms.answers import rows_of
from bundles.forms.blocks import block_read_by
from bundles.forms.context import Context, Row
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, scope, select
from bundles.forms.words import text_of
from bundles.rules import UNKNOWN, RuleError, Truth, judge_to_refuse, parse

Verdict = Literal["false", "unknown"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A condition that is not met. Only `false` refuses anybody; `unknown` is for a person to find out.

    `rows` are the rows that fail it, where it is judged row by row.
    """

    id: str
    message: str
    verdict: Verdict
    rows: tuple[Row, ...] = ()


def check_eligibility(context: Context, selection: Selection | None = None) -> tuple[Refusal, ...]:
    """Entry conditions that are false or cannot be judged yet, in the order of the definition."""
    chosen = selection or select(context)
    found = [_judged(context, chosen, e.id, e.expr, text_of(e.fail) or e.zh) for e in context.spec.eligibility]
    return tuple(refusal for refusal in found if refusal)


def check_constraints(context: Context, selection: Selection | None = None) -> tuple[Refusal, ...]:
    """Constraints between answers that are false or cannot be judged yet."""
    chosen = selection or select(context)
    found = [_judged(context, chosen, *_parts(entry)) for entry in context.spec.constraints]
    return tuple(refusal for refusal in found if refusal)


def _parts(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    message = text_of(entry.get("msg")) or text_of(entry.get("zh"))
    return str(entry.get("id", "")), str(entry.get("expr", "")), message


def _judged(context: Context, selection: Selection, name: str, expression: str, message: str) -> Refusal | None:
    verdict, rows = judge_everywhere(scope(context, selection), expression)
    if verdict is True:
        return None
    return Refusal(name, message, "false" if verdict is False else "unknown", rows)


def judge_everywhere(case: FormScope, expression: str) -> tuple[Truth, tuple[Row, ...]]:
    """The verdict on a condition and the rows that fail it; one about a block holds only where every row meets it."""
    try:
        parsed = parse(expression)
    except RuleError:
        return UNKNOWN, ()
    group = block_read_by(case.context, parsed)
    count = len(rows_of(case.context.answers, group)) if group else 0
    if group is None or count == 0:
        return judge_to_refuse(parsed, case), ()
    rows = [Row(group, number) for number in range(count)]
    verdicts = [judge_to_refuse(parsed, case.in_row(row)) for row in rows]
    failed = tuple(row for row, verdict in zip(rows, verdicts, strict=True) if verdict is False)
    if failed:
        return False, failed
    return (True if all(verdict is True for verdict in verdicts) else UNKNOWN), ()
