"""Walking through a bundle as its people would: file, authorise, wait, collect. Driven by a scenario file."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils import timezone

from portal.demo.api_client import ApiClient

SCENARIOS = Path(__file__).parent / "scenarios"
RELATIVE_DAY = re.compile(r"^today([+-]\d+)?$")
FINAL = frozenset({"concluded", "withdrawn", "lapsed"})
POLL_S = 0.2
# One blank page, the smallest PDF that a reader opens.
SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
LONGEST_S = 60.0

Watcher = Callable[[Mapping[str, Any]], None]


@dataclass
class Walk:
    """How a walk went: the draft as filed, the case at its end, the results, seconds from press to end."""

    draft: Mapping[str, Any]
    case: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    filing_s: float = 0.0
    handling_s: float = 0.0


class NotAsExpected(Exception):
    """The case did not end as the scenario says."""


def scenario(code: str) -> dict[str, Any]:
    """The scenario of a bundle. Raises FileNotFoundError where none is kept."""
    found: dict[str, Any] = json.loads((SCENARIOS / f"{code}.json").read_text(encoding="utf-8"))
    return found


def codes() -> list[str]:
    return sorted(path.stem for path in SCENARIOS.glob("*.json"))


def walk(base_url: str, plan: Mapping[str, Any], watch: Watcher = lambda case: None) -> Walk:
    """File a scenario through the API and follow it to its end. Raises NotAsExpected, Refused."""
    began = time.monotonic()
    person = ApiClient(base_url, plan["applicant"])
    draft = fill(person, plan)
    case = person.post(f"/drafts/{draft['id']}/submit/", {}, Idempotency_Key=uuid4().hex)
    pressed = time.monotonic()
    watch(case)
    for username in plan["authorises"]:
        authorise(ApiClient(base_url, username), case["id"])
    done = Walk(draft, _follow(person, case["id"], watch), filing_s=pressed - began)
    done.handling_s = time.monotonic() - pressed
    done.results = person.get(f"/cases/{case['id']}/results/")
    _check(done.case, plan["expect"])
    return done


def fill(person: ApiClient, plan: Mapping[str, Any]) -> Any:
    """Begin a draft and type what nobody else knows. Raises Refused where something typed is wrong."""
    begin = {"bundle": plan["bundle"], "guidance": plan["guidance"], "channel": plan["channel"], "sensitive": True}
    draft = person.post("/drafts/", begin)
    typed = {path: _day(value) for path, value in plan["fields"].items()}
    change: dict[str, Any] = {"fields": typed}
    if plan.get("rows"):
        person.patch(f"/drafts/{draft['id']}/", {"rows": plan["rows"]})
    draft = person.patch(f"/drafts/{draft['id']}/", change)
    for slot in draft["materials"]:
        if slot["material_id"] in plan["upload"] and slot["state"] == "open":
            draft = person.upload(f"/drafts/{draft['id']}/materials/", {"slot": slot["slot"]}, SCAN)
    return draft


def authorise(person: ApiClient, case_id: str) -> None:
    """Agree to everything that a case asks of a person."""
    for request in person.get("/authorisations/"):
        if request["case_id"] == case_id and request["state"] == "asked":
            person.post(f"/authorisations/{request['id']}/agree/")


def _follow(person: ApiClient, case_id: str, watch: Watcher) -> Mapping[str, Any]:
    until = time.monotonic() + LONGEST_S
    while True:
        case: Mapping[str, Any] = person.get(f"/cases/{case_id}/")
        watch(case)
        if case["state"] in FINAL or case["state"] == "awaiting_applicant":
            return case
        if time.monotonic() > until:
            raise NotAsExpected(f"{LONGEST_S:.0f} 秒后还没有办结，停在“{case['state_label']}”")
        time.sleep(POLL_S)


def _check(case: Mapping[str, Any], expected: Mapping[str, str]) -> None:
    found = {key: case[key] for key in expected}
    if found != dict(expected):
        raise NotAsExpected(f"应为 {dict(expected)}，实际 {found}")


def _day(value: Any) -> Any:
    """`today`, `today+60`, `today-24` as a date."""
    match = RELATIVE_DAY.match(value) if isinstance(value, str) else None
    if match is None:
        return value
    return (timezone.localdate() + timedelta(days=int(match.group(1) or 0))).isoformat()
