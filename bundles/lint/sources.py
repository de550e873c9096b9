"""Where a prefilled value comes from: `licence:…`, `api:…`, `account:…`, `result:…`, `field:…`, `calc:…`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bundles.errors import Fault
from bundles.lint.draft import Draft
from bundles.rules import check

ACCOUNT = frozenset(
    "name id_no phone uscc ent_name legal_rep operator_name operator_id operator_phone email nationality "
    "passport_no".split()
)
REGISTER = re.compile(r"(licence|api):([A-Z0-9_]+)@(\w+)\.(\w+)")
RESULT = re.compile(r"result:([A-Z0-9_]+)\.(\w+)")


def source_faults(draft: Draft, source: object, path: str, *, row: str | None) -> Iterator[Fault]:
    """What is wrong with one source path."""
    if not isinstance(source, str):
        yield Fault(path, "预填来源应为文字")
    elif source.startswith("calc:"):
        for problem in check(source[5:], draft.names_in(row)):
            yield Fault(path, problem.message)
    elif found := REGISTER.fullmatch(source):
        kind, code, party, field = found.groups()
        yield from _register(draft, kind, code, field, path)
        yield from _party(draft, party, path, row)
    elif found := RESULT.fullmatch(source):
        item, field = found.groups()
        yield from _result(draft, item, field, path)
    else:
        yield from _plain(draft, source, path)


def _plain(draft: Draft, source: str, path: str) -> Iterator[Fault]:
    kind, _, name = source.partition(":")
    if kind == "field":
        if name not in draft.fields:
            yield Fault(path, f"没有字段 {name}")
    elif kind == "account":
        if name not in ACCOUNT:
            yield Fault(path, f"账户没有属性 {name}")
    elif source not in ("today", "now"):
        yield Fault(path, f"看不懂的来源 {source}")


def _register(draft: Draft, kind: str, code: str, field: str, path: str) -> Iterator[Fault]:
    given = draft.registers.get(f"{kind}:{code}")
    if given is None:
        yield Fault(path, f"{'证照' if kind == 'licence' else '接口'}目录里没有 {code}")
    elif field not in given:
        yield Fault(path, f"{code} 没有字段 {field}")


def _party(draft: Draft, party: str, path: str, row: str | None) -> Iterator[Fault]:
    if party == "row":
        if row is None:
            yield Fault(path, "@row 只能用在重复组里")
    elif party not in draft.parties:
        yield Fault(path, f"没有当事人 {party}")


def _result(draft: Draft, item: str, field: str, path: str) -> Iterator[Fault]:
    if item not in draft.items:
        yield Fault(path, f"没有事项 {item}")
    elif field not in draft.result_fields.get(item, frozenset()):
        yield Fault(path, f"事项 {item} 的结果里没有 {field}")
