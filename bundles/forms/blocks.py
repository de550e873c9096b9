"""Which repeating block an expression is about."""

from __future__ import annotations

from collections.abc import Sequence

from bundles.forms.context import Context
from bundles.forms.identity import identity_of, lives_in
from bundles.forms.lookups import parse_path
from bundles.rules import Expression
from bundles.spec import BundleSpec


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
    blocks = [group for group in context.spec.groups if _is_about(context.spec, group, parts.party)]
    return blocks[0] if len(blocks) == 1 else None


def _is_about(spec: BundleSpec, group: str, party_id: str) -> bool:
    if party_id == "row":
        return any("@row." in path for field in spec.groups[group].fields for path in field.prefills)
    return any(party.id == party_id and lives_in(spec, party, group) for party in spec.parties)
