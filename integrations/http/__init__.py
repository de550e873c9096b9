"""The one way out: signed calls to the systems of departments, and the strict reading of what they say."""

from integrations.http.client import (
    DEPARTMENT_DEADLINE_S,
    REGISTER_DEADLINE_S,
    Budget,
    Call,
    Failure,
    Reply,
    call_all,
    client,
    lasting,
)
from integrations.http.contact import contact_of
from integrations.http.loop import Job, as_they_end, run_into
from integrations.http.strict_json import NotStrictJson, read_json, read_object
from integrations.http.systems import SigningKey, System, system_of

__all__ = [
    "DEPARTMENT_DEADLINE_S",
    "REGISTER_DEADLINE_S",
    "Budget",
    "Call",
    "Failure",
    "Job",
    "NotStrictJson",
    "Reply",
    "SigningKey",
    "System",
    "as_they_end",
    "call_all",
    "client",
    "contact_of",
    "lasting",
    "read_json",
    "read_object",
    "run_into",
    "system_of",
]
