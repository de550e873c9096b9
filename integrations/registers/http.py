"""Look-ups in the registers of other bodies (data sharing, 国令809号), many at once within a budget."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bundles.queries import registry
from bundles.spec.registry import Interface
from cases.ports import Finding, Query
from integrations.http import Call, NotStrictJson, Reply, read_object
from integrations.registers.people import ListedPeople
from integrations.sharing import Question, begin_all, unavailable

MAX_RECORDS = 50
_TYPES: Mapping[str, tuple[type, ...]] = {"bool": (bool,), "integer": (int,), "number": (int, float, str)}


class HttpRegister(ListedPeople):
    """The data-sharing interfaces of all departments, behind the contract v1."""

    def look_up(self, queries: Sequence[Query], *, budget_s: float) -> Sequence[Finding]:
        """Ask all at once; what does not answer in time, or not by the contract, is unavailable."""
        return self.begin(queries, budget_s=budget_s)()

    def begin(self, queries: Sequence[Query], *, budget_s: float) -> Callable[[], Sequence[Finding]]:
        """Start asking; what is given back waits for the findings."""
        return begin_all([_question(query, budget_s) for query in queries], budget_s=budget_s)


def _question(query: Query, budget_s: float) -> Question:
    """How to ask. A code that the catalogue does not know is a defect of a bundle, refused at publishing: KeyError."""
    interface = registry().interfaces[query.code]
    return Question(
        query,
        interface.dept,
        lambda system: Call(
            system=system,
            method="POST",
            path=f"/interfaces/{query.code}",
            route=f"interfaces.{query.code}",
            body=_body(query),
            headers={"Content-Type": "application/json"},
            reference=query.case_no,
            deadline_s=budget_s,
        ),
        lambda reply: replace(_finding(query, interface, reply), elapsed_ms=reply.elapsed_ms),
        per_minute=interface.per_minute,
        per_day=interface.per_day,
    )


def _body(query: Query) -> bytes:
    document = {
        "inputs": dict(query.inputs),
        "purpose": query.purpose,
        "case_no": query.case_no,
        "sub_application_id": str(query.sub_application_id) if query.sub_application_id else None,
        "consent_id": query.consent_id,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _finding(query: Query, interface: Interface, reply: Reply) -> Finding:
    if reply.status == 403:
        return unavailable(query, "refused: no consent", "refused")
    if reply.status != 200:
        return unavailable(query, f"HTTP {reply.status}")
    try:
        document = read_object(reply.body)
        return _read(query, interface, document)
    except (NotStrictJson, ValueError) as error:
        return unavailable(query, f"not in the contract: {error}", "garbled")


def _read(query: Query, interface: Interface, document: Mapping[str, Any]) -> Finding:
    found = document.get("found")
    if type(found) is not bool:
        raise ValueError("found")
    as_of = _moment(document.get("as_of"))
    if not found:
        return Finding(query, "empty", as_of=as_of)
    records = document.get("records") or [document.get("data")]
    if not isinstance(records, list) or len(records) > MAX_RECORDS:
        raise ValueError("records")
    return Finding(query, "found", tuple(_declared(interface, record) for record in records), as_of)


def _declared(interface: Interface, record: Any) -> Mapping[str, Any]:
    """A record cut down to what the interface declares: nothing else was asked for, nothing else is kept."""
    if not isinstance(record, dict):
        raise ValueError("data")
    for name, _, kind in interface.output:
        if not _fits(kind, record.get(name)):
            raise ValueError(name)
    return {name: record[name] for name, _, _ in interface.output if name in record}


def _fits(kind: str, value: Any) -> bool:
    """Whether a value is of a declared type; null is a register that leaves the column empty."""
    if value is None or kind.endswith("[]") or kind in {"list", "rows"}:
        return value is None or isinstance(value, list)
    return type(value) in _TYPES.get(kind, (str,))


def _moment(value: Any) -> datetime | None:
    """When the register's data stood so; without an offset it says too little and is left out."""
    if not isinstance(value, str):
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else None
