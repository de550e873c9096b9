"""`./dev test --flush-redis`: a Redis that is emptied again and again, where somebody asked for it and only there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from devtools import flushing, processes
from devtools.redis import Redis


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


def test_it_is_emptied_again_and_again_until_the_end(own: Redis) -> None:
    client = redis.Redis.from_url(own.url)
    with flushing.emptied_again_and_again(lambda: own.url, 0.05):
        for _ in range(3):
            client.set("kept", "1")
            assert processes.wait_until(lambda: client.get("kept") is None, 5)
    client.set("kept", "1")
    assert not processes.wait_until(lambda: client.get("kept") is None, 0.3)


def test_it_goes_on_when_the_server_was_away(own: Redis) -> None:
    with flushing.emptied_again_and_again(lambda: own.url, 0.05):
        own.stop()
        own.start()
        client = redis.Redis.from_url(own.url)
        client.set("kept", "1")
        assert processes.wait_until(lambda: client.get("kept") is None, 5)


def test_nothing_is_emptied_where_nobody_asked_for_it(own: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(flushing.VARIABLE, raising=False)
    client = redis.Redis.from_url(own.url)
    with flushing.emptied_if_asked(lambda: own.url):
        client.set("kept", "1")
        assert not processes.wait_until(lambda: client.get("kept") is None, 0.3)
    monkeypatch.setenv(flushing.VARIABLE, "0.05")
    with flushing.emptied_if_asked(lambda: own.url):
        assert processes.wait_until(lambda: client.get("kept") is None, 5)
