"""Who looks at which case, and the one query a second that finds what has changed."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

import structlog

log = structlog.get_logger(__name__)

Marks = Callable[[Iterable[UUID]], Mapping[UUID, str]]
EVERY_S = 1.0
PER_PERSON = 6
MOST = 5000


class Full(Exception):
    """No more streams, for this person or at all."""


class Board:
    """Open streams by case. Nothing is asked while nobody looks; the engine takes no part in it."""

    def __init__(self, marks_of: Marks, *, most: int = MOST, per_person: int = PER_PERSON) -> None:
        self._marks_of, self._most, self._per_person = marks_of, most, per_person
        self._watched: dict[UUID, set[asyncio.Queue[str]]] = defaultdict(set)
        self._marks: dict[UUID, str] = {}
        self._people: Counter[UUID] = Counter()

    def __len__(self) -> int:
        return self._people.total()

    def open(self, case_id: UUID, person: UUID) -> asyncio.Queue[str]:
        """A queue that gets the mark of the case whenever it is another. Raises Full."""
        if self._people[person] >= self._per_person or len(self) >= self._most:
            raise Full
        self._people[person] += 1
        stream: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        self._watched[case_id].add(stream)
        if case_id in self._marks:
            stream.put_nowait(self._marks[case_id])
        return stream

    def close(self, case_id: UUID, person: UUID, stream: asyncio.Queue[str]) -> None:
        self._people[person] -= 1
        if self._people[person] <= 0:
            del self._people[person]
        self._watched[case_id].discard(stream)
        if not self._watched[case_id]:
            del self._watched[case_id]
            self._marks.pop(case_id, None)

    async def look(self) -> int:
        """Ask once for all watched cases and tell whom it concerns; how many cases had news."""
        if not self._watched:
            return 0
        found = await asyncio.to_thread(self._marks_of, tuple(self._watched))
        changed = {pk: mark for pk, mark in found.items() if self._marks.get(pk) != mark and pk in self._watched}
        self._marks.update(changed)
        for pk, mark in changed.items():
            for stream in self._watched[pk]:
                _put(stream, mark)
        return len(changed)

    async def keep_looking(self) -> None:
        """Once a second until cancelled; a database that is away is asked again, and streams stay open meanwhile."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except Exception as error:
                log.warning("push.not_asked", error=type(error).__name__)


def _put(stream: asyncio.Queue[str], mark: str) -> None:
    """The newest mark alone: who reads slowly reads it once."""
    if stream.full():
        stream.get_nowait()
    stream.put_nowait(mark)
