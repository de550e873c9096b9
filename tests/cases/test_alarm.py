"""The bell that wakes the pump, on a real Redis: heard once, kept until somebody listens, deaf to nothing for long."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any

import pytest
from django.conf import settings
from redis import Redis

from cases import alarm

SOON_S = 8.0


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """A bell of this test's own: several run at once on one Redis."""
    monkeypatch.setattr(alarm, "BELL", f"test.bell.{id(monkeypatch)}")
    line = Redis.from_url(settings.REDIS_URL)
    yield line
    line.delete(alarm.BELL)


@pytest.fixture
def heard(redis: Redis) -> Iterator[Queue[bool]]:
    """Somebody listens, in a thread as in a worker."""
    rings: Queue[bool] = Queue()
    ending = Event()
    listener = Thread(target=alarm.listen, args=(lambda: rings.put(True), ending))
    listener.start()
    yield rings
    ending.set()
    listener.join()


def test_a_ring_is_heard(heard: Queue[bool]) -> None:
    alarm.Alarm().ring()
    assert heard.get(timeout=SOON_S)


def test_many_rings_that_nobody_hears_are_one(redis: Redis) -> None:
    bell = alarm.Alarm()
    for _ in range(50):
        bell.ring()
    rings: Queue[bool] = Queue()
    ending = Event()
    listener = Thread(target=alarm.listen, args=(lambda: rings.put(True), ending))
    while not redis.llen(alarm.BELL):
        bell.ring()
    assert redis.llen(alarm.BELL) == 1
    assert 0 < redis.ttl(alarm.BELL) <= alarm.KEPT_S
    listener.start()
    assert rings.get(timeout=SOON_S)
    ending.set()
    listener.join()


def test_a_listener_whose_line_was_cut_looks_once_and_hears_again(heard: Queue[bool], redis: Redis) -> None:
    def waits(one: Any) -> bool:
        return one["cmd"] == "brpop"

    while not (waiting := [one for one in redis.client_list() if waits(one)]):
        pass
    for one in waiting:
        redis.client_kill_filter(_id=one["id"])
    assert heard.get(timeout=SOON_S), "what may have been rung meanwhile is looked for"
    alarm.Alarm().ring()
    assert heard.get(timeout=SOON_S)
    with pytest.raises(Empty):
        heard.get(timeout=0.2)
