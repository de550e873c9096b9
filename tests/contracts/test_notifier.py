"""What every channel to people's phones keeps to: once per key, a clear no is for good, anything else is for later."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol
from uuid import uuid4

import pytest

from cases.ports import Message, Notifier
from integrations.notifications.http import HttpNotifier
from tests.factories.doubles import RecordingNotifier
from tests.factories.mock_process import MockProcess

PHONE = "13800000001"


class Channel(Protocol):
    port: Notifier

    def refuse(self, number: str) -> None: ...
    def go_down(self) -> None: ...
    def taken(self) -> list[str]: ...


class InMemory:
    def __init__(self) -> None:
        self.double = RecordingNotifier()
        self.port: Notifier = self.double

    def refuse(self, number: str) -> None:
        self.double.refuses.add(number)

    def go_down(self) -> None:
        self.double.is_down = True

    def taken(self) -> list[str]:
        return [one.key for one in self.double.messages]


class OverTheWire:
    def __init__(self, process: MockProcess) -> None:
        self.port: Notifier = HttpNotifier()
        self.process = process

    def refuse(self, number: str) -> None:
        self.process.control("number", number=number, says="bad_number")

    def go_down(self) -> None:
        self.process.control("outage", dept="MSG", seconds=30, mode="503")

    def taken(self) -> list[str]:
        return [one["key"] for one in self.process.get("/_control/messages")]


@pytest.fixture(params=["double", "wire"])
def channel(request: pytest.FixtureRequest) -> Channel:
    return InMemory() if request.param == "double" else OverTheWire(request.getfixturevalue("connected"))


def message(**changes: str) -> Message:
    made = Message(PHONE, "case_submitted", {}, str(uuid4()), "您的申请已提交", "“新生儿出生”已提交。")
    return replace(made, **changes)  # type: ignore[arg-type]


def test_messages_are_answered_one_by_one_in_their_order(channel: Channel) -> None:
    channel.refuse("13900000000")
    ended = channel.port.send([message(), message(to="13900000000"), message()])
    assert [one.kind for one in ended] == ["sent", "refused", "sent"]
    assert ended[1].detail == "号码有误"


def test_the_same_key_is_one_message(channel: Channel) -> None:
    told = message()
    first, again = channel.port.send([told])[0], channel.port.send([told])[0]
    assert (first.kind, again.kind) == ("sent", "sent")
    assert channel.taken().count(told.key) == 1


def test_a_channel_that_is_away_takes_nothing_and_may_be_tried_later(channel: Channel) -> None:
    channel.go_down()
    told = message()
    assert channel.port.send([told])[0].kind == "later"
    assert told.key not in channel.taken()
