"""A department that goes away and comes back (F27), through the gateway, the pump and the breaker together."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.models import Attention, Circuit, Delivery, SubApplication
from cases.queries import circuits, silent_rows
from tests.factories.outside import Outside
from tests.integrations.departments.conftest import filed

pytestmark = pytest.mark.django_db
PROMISED = 40


def promise(sub: SubApplication, department: str, count: int, first: int) -> None:
    now = timezone.now() - timedelta(minutes=3)
    Delivery.objects.bulk_create(
        Delivery(
            sub=sub, department=department, purpose="file", round=first + n, target_key=uuid4(), body="{}",
            body_sha256="", next_at=now,
        )
        for n in range(count)
    )  # fmt: skip


def waiting() -> Counter[str]:
    return Counter(Delivery.objects.filter(state="due").values_list("department", flat=True))


def test_a_department_that_is_away_gets_a_probe_at_a_time_and_everything_when_it_is_back(
    outside: Outside, settings: Any
) -> None:
    settings.NUDGE_THROUGH_BROKER = False
    sub = filed()
    outside.system("GA")
    outside.system("WJ")
    promise(sub, "GA", PROMISED, 100)
    promise(sub, "WJ", 5, 500)
    is_away = True

    async def handler(request: web.Request) -> web.StreamResponse:
        if is_away and "/GA/" in request.path:
            return web.Response(status=503)
        answer = {"receipt_no": "X-1", "sub_application_id": str(sub.pk), "status": "received", "result": {}}
        return web.json_response(answer, status=404 if request.method == "GET" else 202)

    outside.handler = handler
    dispatch.pump(10)
    assert waiting() == {"GA": PROMISED}, "the other department does not notice"
    tried = sum("/GA/" in seen.path for seen in outside.seen)
    assert 5 <= tried < PROMISED, "after the first batch nothing more is sent there"
    (outage,) = circuits.open_outages()
    assert outage.department == "GA" and outage.cause == "HTTP 503"
    dispatch.pump(2)
    assert sum("/GA/" in seen.path for seen in outside.seen) == tried
    assert silent_rows() == () and not Attention.objects.exists(), "told once, as an outage"

    Circuit.objects.update(probe_at=timezone.now() - timedelta(seconds=1))
    dispatch.pump(2)
    assert sum("/GA/" in seen.path for seen in outside.seen) == tried + 1

    is_away = False
    Circuit.objects.update(probe_at=timezone.now() - timedelta(seconds=1))
    dispatch.pump(20)
    assert waiting() == {} and circuits.open_outages() == ()
