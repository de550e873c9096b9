"""How one application will be handled: fixed when it is filed, kept with it, followed step by step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

ACCEPT_S, DECIDE_S = 0.2, 0.6
SCRIPTED = (
    "accept_s",
    "decide_s",
    "decide",
    "reasons",
    "result",
    "connect",
    "special",
    "rounds",
    "why_again",
    "more",
    "afterwards",
)
# Durations in seconds, or [from, to] to be drawn from.
DRAWN = ("accept_s", "decide_s", "hang_s", "exec_hang", "exec_drip", "slow_drip", "slow_s", "late_s")
DECISIONS = ("approve", "reject", "supplement", "not_accepted", "silence", "rules")
# What an answer or a callback may say beside its status, and nothing else.
SAID_BESIDE = ("fee", "remedy", "apply_to", "due")


@dataclass(frozen=True, slots=True)
class Script:
    """How one application will be handled."""

    accept_s: float = ACCEPT_S
    decide_s: float | None = None
    decide: str = "rules"
    reasons: list[dict[str, object]] = field(default_factory=list)
    result: dict[str, object] = field(default_factory=dict)
    connect: str = ""
    special: dict[str, Any] | list[dict[str, Any]] | None = None
    rounds: int = 1  # how many times supplements are asked for, where `decide` says so
    why_again: str = ""  # why the second time
    more: dict[str, Any] = field(default_factory=dict)
    afterwards: dict[str, Any] | None = None  # what is said of an approval later: corrected, revoked
    callback_faults: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, met: Mapping[str, Any], callback_faults: tuple[str, ...]) -> Script:
        """The script that a filing has met with."""
        settings = {name: met[name] for name in SCRIPTED if name in met}
        return cls(**settings, callback_faults={n: v for n, v in met["faults"].items() if n in callback_faults})

    @property
    def text(self) -> str:
        """The script as it is kept with the application: only what is not usual."""
        usual = Script()
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return json.dumps({n: v for n, v in told.items() if v != getattr(usual, n)}, ensure_ascii=False)

    @property
    def deciding_s(self) -> float:
        """How long deciding takes, whether said or not."""
        return DECIDE_S if self.decide_s is None else self.decide_s

    @property
    def is_slow(self) -> bool:
        """Whether somebody asked for a delay, so that even a synchronous interface does not answer at once."""
        return bool(self.decide_s) or self.decide in ("silence", "not_accepted") or bool(self.special)

    @property
    def specials(self) -> list[dict[str, Any]]:
        """The special procedures, one after the other."""
        return [self.special] if isinstance(self.special, dict) else list(self.special or [])

    @property
    def beside(self) -> dict[str, Any]:
        """What every answer says beside its status."""
        return {name: value for name, value in self.more.items() if name in SAID_BESIDE}


@lru_cache(maxsize=1024)
def script_in(text: str) -> Script:
    """The script that is kept with an application. Shared: nobody changes what stands in it."""
    return Script(**json.loads(text))


def procedure_of(special: Mapping[str, Any]) -> dict[str, Any]:
    """A special procedure as the contract tells of it."""
    return {
        "procedure": special.get("procedure", "现场核查"),
        "expected_days": special.get("expected_days", 5),
        "in_clock": special.get("in_clock", False),
    }
