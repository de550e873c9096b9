"""Lists of people from a register, page by page, for a duty that the law names (主动服务的名单)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bundles.queries import registry
from cases.ports import GatewayError, Listing
from integrations.http import REGISTER_DEADLINE_S, Call, Failure, NotStrictJson, Reply, call_all, read_object, system_of
from integrations.models import RegisterCall

MAX_PAGE = 500
NAMED = ("name", "id_no", "phone")


class ListedPeople:
    """`POST {base}/interfaces/{CODE}/list`: who meets the criteria; only what names a person is kept."""

    def list_people(self, code: str, criteria: Mapping[str, Any], *, cursor: str, purpose: str, basis: str) -> Listing:
        """A page of the list. Raises GatewayError; a refusal (403, 404, 422) is one for good."""
        department = registry().interfaces[code].dept
        outcome, elapsed_ms = "unavailable", 0
        try:
            reply = _ask(department, code, criteria, cursor=cursor, purpose=purpose, basis=basis)
            elapsed_ms = reply.elapsed_ms
            listing = _read(reply)
            outcome = "found" if listing.records else "empty"
            return listing
        finally:
            RegisterCall.objects.create(
                kind="api", code=code[:64], department=department, purpose=purpose[:200], case_no="",
                consent_id=basis, outcome=outcome, elapsed_ms=elapsed_ms,
            )  # fmt: skip


def _ask(department: str, code: str, criteria: Mapping[str, Any], *, cursor: str, purpose: str, basis: str) -> Reply:
    system = system_of(department)
    if system is None or not system.enabled:
        raise GatewayError("no system is configured for the department", permanent=False)
    document = {"filter": dict(criteria), "cursor": cursor or None, "purpose": purpose, "basis": basis}
    call = Call(
        system=system,
        method="POST",
        path=f"/interfaces/{code}/list",
        route=f"interfaces.{code}.list",
        body=json.dumps(document, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json"},
        reference=basis,
        deadline_s=REGISTER_DEADLINE_S,
    )
    (answer,) = call_all([call], budget_s=REGISTER_DEADLINE_S)
    if isinstance(answer, Failure):
        raise GatewayError(f"no answer: {answer.kind}", permanent=False)
    return answer


def _read(reply: Reply) -> Listing:
    if reply.status != 200:
        is_refusal = reply.status in (400, 401, 403, 404, 413, 422)
        raise GatewayError(f"HTTP {reply.status}", permanent=is_refusal, status=reply.status)
    try:
        document = read_object(reply.body)
        records = document.get("records")
        if not isinstance(records, list) or len(records) > MAX_PAGE:
            raise ValueError("records")
        following = document.get("next")
        if following is not None and not isinstance(following, str):
            raise ValueError("next")
        people = tuple(_person(record) for record in records)
        return Listing(people, (following or "")[:64], _moment(document.get("as_of")))
    except (NotStrictJson, ValueError) as error:
        raise GatewayError(f"not in the contract: {error}", permanent=False) from error


def _person(record: Any) -> Mapping[str, str]:
    if not isinstance(record, dict) or not all(isinstance(record.get(key), str) for key in ("name", "id_no")):
        raise ValueError("record")
    return {key: str(record[key]) for key in NAMED if isinstance(record.get(key), str)}


def _moment(value: Any) -> datetime | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    return moment if moment and moment.tzinfo else None
