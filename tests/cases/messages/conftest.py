from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases import ports
from cases.models import Case
from cases.ports import Message, Sending
from portal.accounts.models import Account
from tests.factories import toll
from tests.factories.doubles import FakeDepartments

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class Gateway:
    """A channel outside of this process: it says of each number what the test wants, else that it took the message."""

    is_local: bool = False
    says: dict[str, Sending] = field(default_factory=dict)
    is_down: bool = False
    tries: list[Message] = field(default_factory=list)
    taken: dict[str, Message] = field(default_factory=dict)

    def send(self, messages: Sequence[Message]) -> Sequence[Sending]:
        return [self._send(message) for message in messages]

    def _send(self, message: Message) -> Sending:
        self.tries.append(message)
        if self.is_down:
            return Sending("later", "网关不通", 30.0)
        said = self.says.get(message.to, Sending("sent"))
        if said.kind == "sent":
            self.taken.setdefault(message.key, message)
        return said


GATEWAY = Gateway()


def the_gateway() -> Gateway:
    return GATEWAY


@pytest.fixture
def clock(time_machine: Any) -> Any:
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def gateway(departments: FakeDepartments, settings: Any, clock: Any) -> Iterator[Gateway]:
    """The engine with departments of memory, and a gateway for messages."""
    GATEWAY.__init__()  # type: ignore[misc]
    settings.NOTIFIER = "tests.cases.messages.conftest.the_gateway"
    ports.forget_adapters()
    yield GATEWAY
    ports.forget_adapters()


@pytest.fixture
def case(gateway: Gateway, lin: Account) -> Case:
    """A case that was filed at noon; the message that says so waits for others to go with."""
    toll.publish({"kind": "none"})
    return toll.filed(lin)
