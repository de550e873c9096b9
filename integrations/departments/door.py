"""The same door before Django: a callback needs no session, language, template or address table.

A WSGI application in front of the portal's (setting WSGI_DOORS). It takes what is posted to the address of a
department and hands everything else on untouched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from threading import local
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections, connection

from integrations.departments.callbacks import MESSAGES, RETRY_AFTER_S, status_for
from integrations.incoming import letter_in

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

LOOKS_EVERY_S = 1.0
_ADDRESS = re.compile(r"/callbacks/([A-Za-z0-9_.\-]{1,16})", re.ASCII)
_BODIES = {status: json.dumps({"message": message}).encode() for status, message in MESSAGES.items()}
_looked = local()


class CallbackDoor:
    """Answers callbacks of departments; everybody else goes on to `portal`."""

    def __init__(self, portal: Application) -> None:
        self._portal = portal

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        department = _department(environ)
        if department is None:
            return self._portal(environ, start_response)
        _look_after_session()
        status = status_for(department, partial(letter_in, environ))
        body = _BODIES[status]
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
            *([("Retry-After", RETRY_AFTER_S)] if status == 503 else []),
        ]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]


def _department(environ: Environ) -> str | None:
    """Whose address it was posted to; None for anything that is not for this door."""
    if environ["REQUEST_METHOD"] != "POST" or environ.get("SCRIPT_NAME"):
        return None
    found = _ADDRESS.fullmatch(environ["PATH_INFO"])
    return found[1] if found and not _is_to_be_redirected(environ) else None


def _is_to_be_redirected(environ: Environ) -> bool:
    return settings.SECURE_SSL_REDIRECT and not WSGIRequest(environ).is_secure()


def _look_after_session() -> None:
    """What Django does before every request, once a second: end a session that is broken or too old."""
    if connection.in_atomic_block:
        return
    now = monotonic()
    if connection.errors_occurred or now - getattr(_looked, "at", 0.0) > LOOKS_EVERY_S:
        _looked.at = now
        close_old_connections()
