"""What every template knows of the terminal it is shown at; nothing anywhere else."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.accounts.terminal import terminal_of
from portal.kiosk import stays, traces

FORMS = ("/apply/",)
# Pages worth printing, by their address names.
PRINTED = frozenset(
    {"citizen:receipt", "citizen:certificate", "citizen:document", "citizen:case", "citizen:list", "citizen:results"}
)


def terminal(request: HttpRequest) -> dict[str, Any]:
    """`terminal`, `stay`, `prints` and the seconds of `kiosk` (idle, countdown, refresh without scripts)."""
    here = terminal_of(request)
    if here is None:
        return {}
    match = request.resolver_match
    idle = stays.idle_s(request, here)
    is_form = request.path.startswith(FORMS)
    is_asking = bool(match and match.view_name in ("kiosk:idle", "kiosk:leave"))
    is_bare = not getattr(request, "stay", None) and not request.session.keys() and not _has_preferences(request)
    return {
        "terminal": here,
        "stay": getattr(request, "stay", None),
        "prints": here.has_printer and bool(match) and match.view_name in PRINTED if match else False,
        "kiosk": {
            "idle": idle,
            "countdown": stays.COUNTDOWN_S,
            "refresh": idle * (stays.FORM_FACTOR if is_form else 1),
            "watches": not is_asking,
            "quiet": is_bare,
        },
    }


def _has_preferences(request: HttpRequest) -> bool:
    """Whether somebody chose a language or a look: for the next person that is set back, too."""
    own = {traces.COOKIE, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME}
    return bool(request.COOKIES.keys() - own)
