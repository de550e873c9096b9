"""Health: the database answers, the engine is at work, nothing is stuck silently."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.queries import health_now
from portal.accounts.access import public


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the portal can serve; the figures say how the engine does, `alarms` what to look at. No ids, no names.

    503 only when the database does not answer: an alarm is for people, not a reason to restart what works.
    """
    try:
        found = health_now()
        alarms = (*found.alarms, *(alarm for path in settings.HEALTH_CHECKS for alarm in import_string(path)()))
    except DatabaseError:
        return JsonResponse({"ok": False, "database": "unreachable"}, status=503)
    return JsonResponse({"ok": not alarms, **asdict(found), "alarms": alarms})
