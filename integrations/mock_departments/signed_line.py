"""Where the portal speaks to a partner that is no department: what it says is signed; an outage answers nobody."""

from __future__ import annotations

import json

from aiohttp import web

from .conditions import Conditions
from .signing import BadSignature, Keyring, verify
from .store import Store


class SignedLine:
    """The door of one partner, named as a department would be. `enforce`: whether signatures are looked at."""

    def __init__(self, who: str, store: Store, keyring: Keyring, conditions: Conditions, *, enforce: bool) -> None:
        self._who = who
        self._store = store
        self._keyring = keyring
        self._conditions = conditions
        self._enforce = enforce

    async def signed(self, request: web.Request) -> bytes:
        """The body of a request that the portal has signed; an outage answers 503, a bad signature 401."""
        raw = await request.read()
        if self._conditions.outage_of(self._who):
            raise web.HTTPServiceUnavailable(text='{"message": "系统维护中"}', content_type="application/json")
        try:
            if self._enforce:
                self._verify(request, raw)
        except BadSignature as error:
            text = json.dumps({"message": str(error)}, ensure_ascii=False)
            raise web.HTTPUnauthorized(text=text, content_type="application/json") from error
        return raw

    def _verify(self, request: web.Request, raw: bytes) -> None:
        verify(
            self._keyring,
            self._store,
            dept=self._who,
            method=request.method,
            path=request.raw_path,
            headers=request.headers,
            body=raw,
            at=self._conditions.time_at(self._who),
        )
