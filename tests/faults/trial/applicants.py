"""Many people who file at once and do not give up: what got no answer is pressed again under the same key."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Lock
from typing import Any, TypeVar
from uuid import uuid4

from portal.demo.api_client import ApiClient, Refused
from tests.faults.checker import Filed
from tests.faults.trial.stack import BUNDLE

PEOPLE = ("lin", "chen", "wang", "zhao", "zhang", "xu", "zheng", "zhou")
PATIENCE_S = 120.0
PAUSE_S = 0.3
# What a portal that cannot work for the moment may say; anything else of the 500s is a crash.
COME_AGAIN = 503
SMALL, FULL = "small", "full"

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Pressed:
    """One case handed in: how long the answered try took, how many tries there were, and when (unix seconds)."""

    filed: Filed
    by: str
    seconds: float
    tries: int
    at: float


@dataclass
class Answers:
    """What all tries came to, by status; "none" where no answer came."""

    counted: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def note(self, what: object) -> None:
        with self._lock:
            self.counted[str(what)] += 1

    def crashes(self) -> int:
        """Answers of 5xx that are not "come again"."""
        return sum(n for status, n in self.counted.items() if status.startswith("5") and status != str(COME_AGAIN))


class Applicants:
    """Eight people with as many hands as are asked for."""

    def __init__(self, base_url: str, hands: int = 4, seed: int = 0) -> None:
        self._clients = [ApiClient(base_url, username) for username in PEOPLE]
        self.hands = hands
        self._pool = ThreadPoolExecutor(hands)
        self._random = random.Random(seed)
        self.answers = Answers()
        self.since = time.time()  # what was handed in before is none of theirs
        # Told of every press before it is made; whoever must go on after a crash presses the same again.
        self.before_press: Callable[[Mapping[str, Any]], None] = lambda what: None

    def file(self, size: str = SMALL) -> Future[Pressed]:
        """One more case, by the next free hand of anybody."""
        number = self._random.randrange(len(PEOPLE))
        return self._pool.submit(self.file_now, number, size)

    def file_now(self, number: int = 0, size: str = SMALL) -> Pressed:
        return self.press(self.draft(number, size), number)

    def draft(self, number: int = 0, size: str = SMALL) -> Mapping[str, Any]:
        """A filled-in draft of one person."""
        person = self._clients[number]
        begin = {"bundle": BUNDLE, "guidance": {"size": size}, "channel": "online"}
        draft = self.insist(lambda: person.post("/drafts/", begin))
        path, change = f"/drafts/{draft['id']}/", {"fields": {"purpose_text": f"演练 {uuid4().hex[:8]}"}}
        found: Mapping[str, Any] = self.insist(lambda: person.patch(path, change))
        return found

    def press(self, draft: Mapping[str, Any], number: int = 0, key: str = "") -> Pressed:
        """Hand in, again and again under one key until the portal answers."""
        person, key = self._clients[number], key or uuid4().hex
        tries, took = 0, 0.0
        self.before_press({"draft": draft["id"], "items": list(draft["items"]), "number": number, "key": key})

        def once() -> Any:
            nonlocal tries, took
            tries, began = tries + 1, time.monotonic()
            answer = person.post(f"/drafts/{draft['id']}/submit/", {}, Idempotency_Key=key)
            took = time.monotonic() - began
            return answer

        case = self.insist(once)
        return Pressed(Filed(case["id"], tuple(draft["items"])), PEOPLE[number], took, tries, time.time())

    def withdraw(self, pressed: Pressed) -> int:
        """Take everything back that is not decided; the status of the answer."""
        person = self._clients[PEOPLE.index(pressed.by)]
        try:
            self.insist(lambda: person.post(f"/cases/{pressed.filed.case_id}/withdraw/", {"reason": "演练"}))
        except Refused as refusal:
            return refusal.status
        return 200

    def look(self, pressed: Pressed, what: str = "") -> Mapping[str, Any] | None:
        """A case, or what is below it, as its applicant sees it; None where the portal does not know it."""
        person = self._clients[PEOPLE.index(pressed.by)]
        try:
            found: Mapping[str, Any] = self.insist(lambda: person.get(f"/cases/{pressed.filed.case_id}/{what}"))
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None
        return found

    def each(self, act: Callable[[Pressed], Found], cases: list[Pressed]) -> Iterator[Found]:
        """The same for many cases, by all hands."""
        return self._pool.map(act, cases)

    def insist(self, act: Callable[[], Found]) -> Found:
        """Until the portal answers; a refusal of the 400s is an answer. Raises what came last when patience ends."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                found = act()
                self.answers.note("answered")
                return found
            except Refused as refusal:
                self.answers.note(refusal.status)
                if refusal.status < 500 or time.monotonic() > until:
                    raise
            except (OSError, HTTPException, ValueError):
                self.answers.note("none")
                if time.monotonic() > until:
                    raise
            time.sleep(PAUSE_S * random.uniform(0.5, 1.5))

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def applicants_of(base_url: str, hands: int = 4, seed: int = 0) -> Iterator[Applicants]:
    people = Applicants(base_url, hands, seed)
    try:
        yield people
    finally:
        people.close()
