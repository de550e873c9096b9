"""Where a page listens for news of a case, and what its content policy must let pass for that."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def push_address(request: HttpRequest, case_id: UUID) -> str:
    """The address of the stream, "" where nothing pushes. ":8002/push" is another port of the same host."""
    base = settings.PUSH_URL.rstrip("/")
    if base.startswith(":"):
        base = f"{request.scheme}://{urlsplit(f'//{request.get_host()}').hostname}{base}"
    return f"{base}/cases/{case_id}/" if base else ""


def let_pass(response: HttpResponse, address: str) -> HttpResponse:
    """A stream on another origin has to be named in the policy of the page; one on this host needs nothing."""
    parts = urlsplit(address)
    if parts.netloc:
        changed: dict[str, Any] = {"connect-src": ["'self'", f"{parts.scheme}://{parts.netloc}"]}
        response._csp_update = changed  # type: ignore[attr-defined]
    return response
