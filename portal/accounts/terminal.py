"""The self-service terminal a request comes from, if it comes from one (自助终端)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

ONLINE, KIOSK = "online", "kiosk"


@dataclass(frozen=True, slots=True)
class AtTerminal:
    """A registered terminal and what it has. `idle_s`: seconds without a touch after which it asks who is there."""

    id: UUID
    code: str
    name: str
    place: str
    idle_s: int
    has_reader: bool
    has_printer: bool


def terminal_of(request: HttpRequest) -> AtTerminal | None:
    """The terminal, as the middleware of `portal.kiosk` recognised it; None for every other device."""
    return getattr(request, "terminal", None)


def door_of(request: HttpRequest) -> dict[str, Any]:
    """Through which channel a case is begun, and at which terminal: what `start_draft` takes."""
    terminal = terminal_of(request)
    return {"channel": KIOSK, "terminal": terminal.code} if terminal else {"channel": ONLINE}
