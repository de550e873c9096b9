"""A person at the pages: presses the button of a finished application and looks until the result is there.

    python -m benchmarks.product.presser CODE COUNT PER_SECOND

Every press is the real request, signed in and with its token. The page is loaded again as soon as it has come; the
page itself asks every two seconds, which is its choice and not counted. Prints one JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

import django

PATIENCE_S = 30.0
STILL_OPEN = b"data-live="  # a case page that will ask again


class Browser:
    """One signed-in person with one kept-alive connection."""

    def __init__(self, account: Any) -> None:
        from django.conf import settings

        self._token = uuid4().hex
        self._cookies = f"{settings.SESSION_COOKIE_NAME}={_session(account)}; csrftoken={self._token}"
        self._line = HTTPConnection(urlsplit(settings.PORTAL_URL).netloc, timeout=PATIENCE_S)

    def get(self, path: str) -> bytes:
        """The page. Raises RuntimeError for anything but 200."""
        status, _, body = self._ask("GET", path, b"")
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        return body

    def press(self, case_id: UUID) -> str:
        """Hand in; the address of the page that follows. Raises RuntimeError when it was not taken.

        Over a new line: somebody reads before pressing, and the server does not hold an idle line that long.
        """
        self._line.close()
        form = {"declared": "1", "client_key": uuid4().hex, "csrfmiddlewaretoken": self._token}
        status, place, body = self._ask("POST", f"/apply/{case_id}/check/", urlencode(form).encode())
        if status != 302:
            raise RuntimeError(f"handing in: {status} {body[:300].decode(errors='replace')}")
        return place

    def _ask(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        headers = {"Cookie": self._cookies, "Content-Type": "application/x-www-form-urlencoded"}
        self._line.request(method, path, body=body or None, headers=headers)
        reply = self._line.getresponse()
        return reply.status, reply.getheader("Location") or "", reply.read()


def _session(account: Any) -> str:
    """Signed in, as after the sign-in page."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def drafts(code: str, count: int) -> list[tuple[UUID, Any]]:
    """Finished applications, each with the browser of its person."""
    from benchmarks.product import filer
    from benchmarks.product.people import applicants

    people = {str(one.pk): Browser(one) for one in applicants(min(count, filer.ACCOUNTS))}
    return [(case_id, people[actor.id]) for case_id, actor in filer.draft(code, count)]


def result_of(case_id: UUID, browser: Browser) -> tuple[float, float]:
    """Seconds to the page after the press, and to the page with the result."""
    began = time.perf_counter()
    browser.get(browser.press(case_id))
    pressed = time.perf_counter() - began
    while STILL_OPEN in browser.get(f"/cases/{case_id}/"):
        if time.perf_counter() - began > PATIENCE_S:
            raise RuntimeError("no result")
    return pressed, time.perf_counter() - began


def main() -> None:
    code, count, per_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    django.setup()
    made = drafts(code, count)
    found: list[tuple[float, float]] = []
    failed: list[str] = []
    busy = {id(browser): threading.Lock() for _, browser in made}

    def one(case_id: UUID, browser: Browser) -> None:
        with busy[id(browser)]:
            try:
                found.append(result_of(case_id, browser))
            except (RuntimeError, OSError) as error:
                failed.append(str(error))

    threads = []
    began = time.perf_counter()
    for place, (case_id, browser) in enumerate(made):
        time.sleep(max(began + place / per_s - time.perf_counter(), 0))
        threads.append(threading.Thread(target=one, args=(case_id, browser)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    print(json.dumps({"pressed": [a for a, _ in found], "result": [b for _, b in found], "failed": failed}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
