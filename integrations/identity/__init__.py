"""Where a city hangs in its own sign-in (统一身份认证): one class, named by the setting IDENTITY_PROVIDER.

The portal makes it without arguments and calls `begin` when somebody presses "sign in", then `complete` when that
person comes back to /sign-in/complete/. Between the two it may keep what it needs (state, nonce, PKCE verifier) in
`request.session`. It must check that the answer belongs to the question it asked, and that it is fresh; the portal
checks nothing of that. `complete` says who it is as the provider vouches for it; a person that the provider cannot
tell apart with certainty is no Identity. A failure is a SignInFailed with a sentence for the person.
"""

from __future__ import annotations

from typing import Protocol

from django.http import HttpRequest, HttpResponse

from cases.ports import Identity


class SignInFailed(Exception):
    """Nobody could be established; the message is fit for the person."""

    def __init__(self, message: str = "没有登录成功，请重试。") -> None:
        super().__init__(message)
        self.message = message


class IdentityProvider(Protocol):
    """Sign-in by somebody who knows the city's people and bodies."""

    def begin(self, request: HttpRequest) -> HttpResponse:
        """Send the person to the provider, usually a redirect with a fresh state."""

    def complete(self, request: HttpRequest) -> Identity:
        """Who came back. Raises SignInFailed."""
