"""Electronic licences of people and bodies, from the departments that issue them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from bundles.queries import registry
from bundles.spec.registry import LicenceKind
from cases.ports import Finding, GatewayError, IssuedLicence, LicenceToKeep, Query
from cases.queries.trust import LEVELS
from integrations.http import Call, Failure, NotStrictJson, Reply, call_all, read_json, system_of
from integrations.sharing import Question, begin_all, unavailable

MAX_LICENCES = 100
MAX_FILE = 10 * 1024 * 1024
FILE_DEADLINE_S = 8.0
KEEP_DEADLINE_S = 8.0
VALID = frozenset({"有效", "valid"})


class HttpLicenceLibrary:
    """The licence library over the contract v1: each department keeps the licences it issues."""

    def search(self, queries: Sequence[Query], *, budget_s: float) -> Sequence[Finding]:
        """Valid licences of a holder; `inputs` of a query name the holder (`id_no` or `uscc`)."""
        return self.begin(queries, budget_s=budget_s)()

    def begin(self, queries: Sequence[Query], *, budget_s: float) -> Callable[[], Sequence[Finding]]:
        """Start searching; what is given back waits for the findings."""
        return begin_all([_question(query, budget_s) for query in queries], budget_s=budget_s)

    def fetch(self, department: str, file_url: str) -> tuple[bytes, str]:
        """The file of a licence and its media type as the department calls it. Raises GatewayError."""
        system = system_of(department)
        path = system.path_of(file_url) if system else None
        if system is None or path is None:
            raise GatewayError("证照文件的地址不属于发证部门。", permanent=True)
        call = Call(
            system=system,
            method="GET",
            path=path,
            route="licences.file",
            deadline_s=FILE_DEADLINE_S,
            answer_limit=MAX_FILE,
            whole_path=True,
        )
        return _file(call_all([call], budget_s=FILE_DEADLINE_S)[0])

    def issue(self, licence: LicenceToKeep) -> IssuedLicence:
        """Keep a result as a licence at the department that issues this kind; by its reference it is one licence."""
        body = {
            "holder": dict(licence.holder),
            "data": dict(licence.data),
            "reference": licence.reference,
            "case_no": licence.case_no,
        }
        kept = _told(licence.code, f"/licences/{licence.code}", "licences.issue", body)
        number = str(kept.get("data", {}).get(registry().licences[licence.code].id_field) or "")
        return IssuedLicence(kept["licence_id"], number, kept.get("file_url") or "")

    def revoke(self, code: str, licence_id: str, reason: str) -> None:
        """Say that a licence is no longer valid."""
        _told(code, f"/licences/{quote(licence_id, safe='')}/revoke", "licences.revoke", {"reason": reason})

    def supersede(self, code: str, licence_id: str, by: str) -> None:
        """Say that a newer licence took the place of this one."""
        body = {"reason": "由新的证照取代", "superseded_by": by}
        _told(code, f"/licences/{quote(licence_id, safe='')}/revoke", "licences.revoke", body)


def _told(code: str, path: str, route: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell the department that keeps this kind; its answer is the licence as it stands now. Raises GatewayError."""
    system = system_of(registry().licences[code].dept)
    if system is None or not system.enabled:
        raise GatewayError("发证部门的系统没有接通。", permanent=False)
    call = Call(
        system=system,
        method="POST",
        path=path,
        route=route,
        body=json.dumps(body, ensure_ascii=False, sort_keys=True, cls=DjangoJSONEncoder).encode(),
        headers={"Content-Type": "application/json"},
        deadline_s=KEEP_DEADLINE_S,
    )
    (ended,) = call_all([call], budget_s=KEEP_DEADLINE_S)
    if isinstance(ended, Failure):
        raise GatewayError("证照库暂时没有回音。", permanent=False)
    if ended.status not in {200, 201}:
        refused = 400 <= ended.status < 500 and ended.status not in {408, 409, 425, 429}
        raise GatewayError(f"发证部门没有接受：HTTP {ended.status}", permanent=refused, status=ended.status)
    return _kept(ended)


def _kept(reply: Reply) -> Mapping[str, Any]:
    try:
        found = read_json(reply.body)
    except NotStrictJson as error:
        raise GatewayError("证照库的答复不合约定。", permanent=False) from error
    if not isinstance(found, dict) or not isinstance(found.get("licence_id"), str):
        raise GatewayError("证照库的答复不合约定。", permanent=False)
    return found


def _file(ended: Reply | Failure) -> tuple[bytes, str]:
    if isinstance(ended, Failure):
        raise GatewayError("证照文件暂时取不到，请稍后再试。", permanent=ended.kind == "too_large")
    if ended.status != 200 or not ended.body:
        raise GatewayError("发证部门没有给出证照文件。", permanent=ended.status in {403, 404, 410}, status=ended.status)
    return ended.body, ended.media_type


def _question(query: Query, budget_s: float) -> Question:
    """How to ask. A code that the catalogue does not know is a defect of a bundle, refused at publishing: KeyError."""
    kind = registry().licences[query.code]
    return Question(
        query,
        kind.dept,
        lambda system: Call(
            system=system,
            method="POST",
            path=f"/licences/{query.code}/search",
            route=f"licences.{query.code}",
            body=json.dumps({"holder": dict(query.inputs), "grant_id": query.consent_id}, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json"},
            reference=query.case_no,
            deadline_s=budget_s,
        ),
        lambda reply: replace(_finding(query, kind, reply), elapsed_ms=reply.elapsed_ms),
    )


def _finding(query: Query, kind: LicenceKind, reply: Reply) -> Finding:
    if reply.status != 200:
        return unavailable(query, f"HTTP {reply.status}")
    try:
        listed = read_json(reply.body)
        if not isinstance(listed, list) or len(listed) > MAX_LICENCES:
            raise ValueError("not a list of licences")
        records = tuple(licence for entry in listed if _is_valid(licence := _licence(kind, entry)))
    except (NotStrictJson, ValueError) as error:
        return unavailable(query, f"not in the contract: {error}", "garbled")
    return Finding(query, "found", records) if records else Finding(query, "empty")


def _licence(kind: LicenceKind, entry: Any) -> Mapping[str, Any]:
    """A licence cut down to the contract's keys and the declared face. Raises ValueError, naming the key."""
    if not isinstance(entry, dict) or not isinstance(entry.get("data"), dict):
        raise ValueError("data")
    if not isinstance(entry.get("licence_id"), str) or not 0 < len(entry["licence_id"]) <= 128:
        raise ValueError("licence_id")
    for name in ("issued_on", "valid_to", "status", "file_url"):
        if not isinstance(entry.get(name) or "", str):
            raise ValueError(name)
    if entry.get("trust") and entry["trust"] not in LEVELS:
        raise ValueError("trust")
    if entry.get("valid_to"):
        date.fromisoformat(entry["valid_to"])
    face = {name: entry["data"][name] for name, _, _ in kind.fields if name in entry["data"]}
    return {
        "licence_id": entry["licence_id"],
        "data": face,
        "issued_on": entry.get("issued_on"),
        "valid_to": entry.get("valid_to"),
        "status": entry.get("status") or "",
        "file_url": entry.get("file_url") or "",
        "trust": entry.get("trust") or kind.trust,
    }


def _is_valid(licence: Mapping[str, Any]) -> bool:
    if licence["status"] not in VALID:
        return False
    return not licence["valid_to"] or date.fromisoformat(licence["valid_to"]) >= timezone.localdate()
