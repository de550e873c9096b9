"""Health: the database answers, migrations are there, nothing is stuck silently."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from cases.queries import silent_rows
from portal.accounts.access import public


@public
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the portal can serve; the figures say how far behind the engine is. No ids, no names."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), COALESCE(extract(epoch FROM now() - min(next_at)), 0)::int "
                "FROM cases_delivery WHERE state = 'due' AND next_at <= now()"
            )
            due, oldest_s = cursor.fetchone()
        silent = len(silent_rows())
    except DatabaseError:
        return JsonResponse({"ok": False, "database": "unreachable"}, status=503)
    return JsonResponse({"ok": silent == 0, "due_deliveries": due, "oldest_due_s": oldest_s, "silent_rows": silent})
