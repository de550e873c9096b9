"""The mock departments call back: what they sign is taken, what their hostile twins send is not."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from cases.actions.delivery import arrivals
from cases.models import Delivery, InboxMessage, SubApplication
from cases.ports import Parcel
from cases.states import SubState
from integrations.departments.gateway import HttpGateway
from tests.factories.mock_process import MockProcess
from tests.integrations.departments.conftest import filed

pytestmark = pytest.mark.django_db


def send(sub: SubApplication, door: str) -> str:
    """File the sub-application with the mock process; returns its key."""
    delivery = Delivery.objects.get(sub=sub)
    body = {
        "contract": 1,
        "sub_application_id": str(sub.pk),
        "bundle": {"code": "XSECS", "version": 1},
        "item": {"id": "HUKOU", "matter": "hukou_birth", "code": "x", "instance": None},
        "fields": {},
        "upstream": {},
        "materials": [],
        "callback_url": f"{door}/callbacks/GA",
    }
    key, raw = str(delivery.key), json.dumps(body).encode()
    (outcome,) = HttpGateway().deliver([Parcel(1, "GA", "file", key, key, raw, sub.pk, False)])
    assert outcome.kind == "done"
    return key


def attempts(process: MockProcess, key: str, wanted: int, within_s: float = 20.0) -> list[dict[str, Any]]:
    """Tries of callbacks about a filing, once there are enough of them; what was stored has taken effect."""
    until = time.monotonic() + within_s
    found: list[dict[str, Any]] = []
    while time.monotonic() < until and len(found) < wanted:
        time.sleep(0.1)
        (application,) = process.get(f"/_control/record?dept=GA&key={key}")["applications"]
        found = [attempt for callback in application["callbacks"] for attempt in callback["attempts"]]
    arrivals.apply_arrived()
    return found


def test_a_callback_of_the_mock_departments_takes_effect(connected: MockProcess, door: str) -> None:
    connected.control("behaviour", dept="GA", connect="api-callback", accept_s=0.05, decide_s=3600)
    sub = filed()
    key = send(sub, door)
    assert [attempt["status"] for attempt in attempts(connected, key, 1)] == [200]
    assert SubApplication.objects.get(pk=sub.pk).state == SubState.ACCEPTED
    assert InboxMessage.objects.get().department == "GA"


@pytest.mark.parametrize("fault", ["forged", "tamper", "replay_old", "cross_dept", "unknown_case", "garbage_body"])
def test_no_hostile_callback_is_taken_or_answered_with_a_5xx(connected: MockProcess, door: str, fault: str) -> None:
    connected.control(
        "behaviour", dept="GA", connect="api-callback", accept_s=0.05, decide_s=3600, faults={fault: True}
    )
    sub = filed()
    seen = attempts(connected, send(sub, door), 2)
    hostile = [attempt["status"] for attempt in seen if attempt["kind"] == fault]
    honest = [attempt["status"] for attempt in seen if attempt["kind"] != fault]
    assert hostile and all(400 <= status < 500 for status in hostile)
    assert set(honest) <= {200}
    assert InboxMessage.objects.count() == len(honest)


def test_the_same_event_twice_is_stored_once(connected: MockProcess, door: str) -> None:
    connected.control(
        "behaviour", dept="GA", connect="api-callback", accept_s=0.05, decide_s=3600, faults={"duplicate": True}
    )
    seen = attempts(connected, send(filed(), door), 2)
    assert [attempt["status"] for attempt in seen] == [200, 200]
    assert InboxMessage.objects.count() == 1
