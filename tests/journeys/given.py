"""What is there when a journey begins: cases and drafts that somebody has made before, through the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from portal.demo.api_client import ApiClient
from portal.demo.walk import fill, scenario
from tests.journeys.stack import Stack

TRUCKS = "ZTYS"
DRIVER = "muck"


def drafted(stack: Stack, code: str) -> str:
    """The id of a draft with its questions answered, by the applicant of the demonstration."""
    plan = scenario(code)
    person = ApiClient(stack.base_url, plan["applicant"])
    begin = {"bundle": code, "guidance": plan["guidance"], "channel": plan["channel"], "sensitive": True}
    return str(person.post("/drafts/", begin)["id"])


def handed_in(stack: Stack, code: str = TRUCKS) -> str:
    """The id of a case that the applicant of the demonstration has handed in."""
    plan = scenario(code)
    person = ApiClient(stack.base_url, plan["applicant"])
    draft: Any = fill(person, plan)
    return str(person.post(f"/drafts/{draft['id']}/submit/", {}, Idempotency_Key=uuid4().hex)["id"])
