"""Group commit at the door: together where there is company, at once where there is none, each with its own outcome."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError

from integrations.departments.gathering import Gathering, NotStored, Pace
from tests.factories.waiting import wait_for

LONG_S, SOON_S = 60.0, 30.0
PATIENT = Pace(gathers_s=LONG_S, within_s=LONG_S)  # any eight are a stream, and for company one waits long


class Writer:
    """Writes letters; the first group waits until it is let go."""

    def __init__(self, *, holds: bool = False) -> None:
        self.groups: list[list[str]] = []
        self.may_write = Event()
        if not holds:
            self.may_write.set()

    def __call__(self, group: Sequence[str]) -> list[str]:
        self.groups.append(list(group))
        self.may_write.wait(LONG_S)
        if "bad" in group:
            raise ValueError("bad")
        if "cut" in group:
            raise OperationalError("server closed the connection unexpectedly")
        if "death" in group:
            raise SystemExit
        return [one.upper() for one in group]


def handed_in(gathering: Gathering[str, str], writer: Writer, first: str, *others: str) -> list[Future[str]]:
    """`first` is being written when the others come; then it is let go, and all of them end."""
    with ThreadPoolExecutor(len(others) + 1) as threads:
        futures = [threads.submit(gathering.store, first)]
        wait_for(lambda: writer.groups, SOON_S)
        for place, other in enumerate(others, 1):
            futures.append(threads.submit(gathering.store, other))
            wait_for(lambda wanted=place: gathering.waiting == wanted, SOON_S)
        writer.may_write.set()
    return futures


def test_what_comes_while_one_is_written_is_written_together() -> None:
    writer = Writer(holds=True)
    futures = handed_in(Gathering(writer), writer, "a", "b", "c", "d")
    assert writer.groups == [["a"], ["b", "c", "d"]]
    assert [future.result() for future in futures] == ["A", "B", "C", "D"]


def test_one_that_cannot_be_stored_does_not_fail_the_others() -> None:
    writer = Writer(holds=True)
    a, b, bad, c = handed_in(Gathering(writer), writer, "a", "b", "bad", "c")
    assert [a.result(), b.result(), c.result()] == ["A", "B", "C"]
    with pytest.raises(ValueError, match="bad"):
        bad.result()


def test_a_commit_that_fails_is_told_to_all_of_its_group() -> None:
    writer = Writer(holds=True)
    a, *others = handed_in(Gathering(writer), writer, "a", "b", "cut", "c")
    assert a.result() == "A"
    for future in others:
        with pytest.raises(OperationalError):
            future.result()
    assert writer.groups == [["a"], ["b", "cut", "c"]], "nothing is tried again of what may have been committed"


def test_whoever_dies_over_it_leaves_nobody_waiting() -> None:
    writer = Writer(holds=True)
    death, b = handed_in(Gathering(writer), writer, "death", "b")
    assert b.result() == "B"
    with pytest.raises(SystemExit):
        death.result()


def test_alone_nobody_waits_for_company() -> None:
    gathering = Gathering(Writer(), pace=PATIENT)
    began = time.monotonic()
    assert [gathering.store(str(number)) for number in range(PATIENT.stream - 1)] == [
        str(n) for n in range(PATIENT.stream - 1)
    ]
    assert time.monotonic() - began < LONG_S


def test_in_a_stream_the_writer_waits_for_company_until_there_is_enough() -> None:
    writer = Writer()
    gathering = Gathering(writer, pace=PATIENT)
    for number in range(PATIENT.stream - 1):
        gathering.store(str(number))
    with ThreadPoolExecutor(PATIENT.enough) as threads:
        futures = [threads.submit(gathering.store, letter) for letter in "abcdef"[: PATIENT.enough]]
    assert {future.result() for future in futures} == set("ABCDEF"[: PATIENT.enough])
    assert sorted(writer.groups[-1]) == list("abcdef"[: PATIENT.enough])


def test_who_waited_too_long_hears_so_and_is_not_written_any_more() -> None:
    writer = Writer(holds=True)
    gathering: Gathering[str, Any] = Gathering(writer, pace=Pace(patience_s=0.01))
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(gathering.store, "a")
        wait_for(lambda: writer.groups, SOON_S)
        with pytest.raises(NotStored):
            gathering.store("b")
        writer.may_write.set()
    assert (first.result(), gathering.store("c")) == ("A", "C")
    assert writer.groups == [["a"], ["c"]]
