"""A fresh sign-in: what an open session alone must not do asks who it is once more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

KEY = "signed_in_at"
FRESH_FOR = timedelta(minutes=15)


@receiver(user_logged_in)
def note_sign_in(sender: Any, request: HttpRequest | None, **_kwargs: Any) -> None:
    """Remember in the session when its person was established last."""
    if request is not None:
        request.session[KEY] = timezone.now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person signed in a few minutes ago."""
    at = request.session.get(KEY)
    return isinstance(at, float) and timezone.now().timestamp() - at <= FRESH_FOR.total_seconds()


def sign_in_again(target: str) -> HttpResponse:
    """To the sign-in page and back."""
    return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': target, 'again': 1})}")
