"""Whether the bundle fits this applicant (准入条件), and whether the answers fit together (constraints).

A condition that speaks of a repeating block holds where it holds in every row of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bundles.forms.answers import rows_of
from bundles.forms.context import Context, Row
from bundles.forms.identity import identity_of
from bundles.forms.lookups import parse_path
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, scope, select
from bundles.forms.words import text_of
from bundles.rules import UNKNOWN, Expression, RuleError, Truth, judge, parse
from bundles.spec import BundleSpec

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
        return judge(parsed, case), ()
    rows = [Row(group, number) for number in range(count)]
    verdicts = [judge(parsed, case.in_row(row)) for row in rows]
    failed = tuple(row for row, verdict in zip(rows, verdicts, strict=True) if verdict is False)
    if failed:
        return False, failed
    return (True if all(verdict is True for verdict in verdicts) else UNKNOWN), ()


def block_read_by(context: Context, expression: Expression) -> str | None:
    """The one repeating block whose fields an expression reads by bare name, or whose row it asks registers about."""
    spec = context.spec
    read = {group.id for name in expression.names if (group := spec.group_of(name))}
    if not read:
        read = {block for path in facts_read(expression) if (block := _block_of_party(context, path))}
    return read.pop() if len(read) == 1 else None


def facts_read(expression: Expression) -> Sequence[str]:
    """The paths an expression asks registers for."""
    return [str(call.args[0]) for call in expression.calls if call.function == "fact" and call.args and call.args[0]]


def _block_of_party(context: Context, path: str) -> str | None:
    """The block whose rows are the party of a path: the party has no identity but there."""
    parts = parse_path(path)
    if parts is None or (parts.party != "row" and identity_of(context, parts.party)):
        return None
    blocks = [group for group in context.spec.groups if _mentions(context.spec, group, parts.party)]
    return blocks[0] if len(blocks) == 1 else None


def _mentions(spec: BundleSpec, group: str, party: str) -> bool:
    return any(f"@{party}." in path for field in spec.groups[group].fields for path in field.prefills)
