"""How departments are told to behave: delays, scripted decisions and faults, for all of them or for a few cases."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .store import Store

ACCEPT_S, DECIDE_S = 0.2, 0.6
WHERE = ("dept", "matter", "item", "bundle", "interface", "on")
REQUEST_FAULTS = ("error500", "error503", "error429", "error400", "error401", "hang_s", "redirect")
ANSWER_FAULTS = (
    "exec_hang",
    "exec_cut",
    "exec_500",
    "exec_garbage",
    "exec_wrong_schema",
    "exec_deep_json",
    "exec_big",
    "exec_wrong_receipt",
    "exec_redirect",
    "slow_drip",
    "slow_s",
)
CALLBACK_FAULTS = (
    "duplicate",
    "out_of_order",
    "drop",
    "late_s",
    "forged",
    "tamper",
    "replay_old",
    "cross_dept",
    "unknown_case",
    "garbage_body",
    "contradict",
)
SCRIPTED = ("accept_s", "decide_s", "decide", "reasons", "result", "connect", "special")
DECISIONS = ("approve", "reject", "supplement", "not_accepted", "silence", "rules")
FAULTS = (*REQUEST_FAULTS, *ANSWER_FAULTS, *CALLBACK_FAULTS)


class UnknownSetting(Exception):
    """A behaviour with a word that nobody here understands; the message names it."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is happening, so that behaviours can be matched: a filing, a register question, a callback."""

    dept: str
    on: str = "applications"
    bundle: str = ""
    item: str = ""
    matter: str = ""
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """How one application will be handled; fixed when it is filed."""

    accept_s: float = ACCEPT_S
    decide_s: float | None = None
    decide: str = "rules"
    reasons: list[dict[str, object]] = field(default_factory=list)
    result: dict[str, object] = field(default_factory=dict)
    connect: str = ""
    special: dict[str, object] | None = None
    callback_faults: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, met: Mapping[str, Any]) -> Script:
        """The script that a filing has met with."""
        settings = {name: met[name] for name in SCRIPTED if name in met}
        return cls(**settings, callback_faults={n: v for n, v in met["faults"].items() if n in CALLBACK_FAULTS})

    @property
    def deciding_s(self) -> float:
        """How long deciding takes, whether said or not."""
        return DECIDE_S if self.decide_s is None else self.decide_s

    @property
    def is_slow(self) -> bool:
        """Whether somebody asked for a delay, so that even a synchronous interface does not answer at once."""
        return bool(self.decide_s) or self.decide in ("silence", "not_accepted") or bool(self.special)


class Behaviours:
    """The behaviours in force, newest first; one with ``times`` is used up when it has shown itself that often."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._random = Random(seed)

    def add(self, settings: Mapping[str, Any]) -> int:
        """Put a behaviour in force.

        Raises UnknownSetting for words it does not know.
        """
        known = (*WHERE, *SCRIPTED, "faults", "empty", "mismatch", "rate", "times")
        wrong = [name for name in settings if name not in known]
        wrong += [name for name in settings.get("faults") or {} if name not in FAULTS]
        if settings.get("decide") not in (None, *DECISIONS):
            wrong.append(str(settings["decide"]))
        if wrong:
            raise UnknownSetting(f"不认识的设置：{'、'.join(wrong)}")
        return self._store.insert(
            "behaviours", {"settings": json.dumps(dict(settings), ensure_ascii=False), "times": settings.get("times")}
        )

    def clear(self) -> None:
        """Back to the usual behaviour, everywhere."""
        self._store.run("DELETE FROM behaviours")
        self._store.run("DELETE FROM outages")

    def all(self) -> list[dict[str, Any]]:
        """Every behaviour in force, newest first, with how often it still shows itself."""
        rows = self._store.all("SELECT * FROM behaviours WHERE times IS NULL OR times > 0 ORDER BY id DESC")
        return [json.loads(row["settings"]) | {"id": row["id"], "times": row["times"]} for row in rows]

    def meet(self, occasion: Occasion, settings: Iterable[str], faults: Iterable[str]) -> dict[str, Any]:
        """What an occasion meets: each setting and fault of these names from the newest behaviour that has it.

        A behaviour counts one of its times for the whole occasion. The faults stand under "faults".
        """
        told: dict[str, Any] = {}
        unwell: dict[str, Any] = {}
        for behaviour in self.all():
            own = {name: behaviour[name] for name in settings if name in behaviour and name not in told}
            ill = behaviour.get("faults") or {}
            sick = {name: ill[name] for name in faults if ill.get(name) and name not in unwell}
            if (own or sick) and _matches(behaviour, occasion) and self._shows(behaviour):
                told |= own
                unwell |= sick
                self._use(behaviour)
        return told | {"faults": unwell}

    def _shows(self, behaviour: Mapping[str, Any]) -> bool:
        return self._random.random() < float(behaviour.get("rate", 1))

    def _use(self, behaviour: Mapping[str, Any]) -> None:
        if behaviour["times"] is not None:
            self._store.run("UPDATE behaviours SET times = times - 1 WHERE id = ?", behaviour["id"])

    # -- outages ----------------------------------------------------------------------------------------------------
    def outage(self, dept: str, seconds: float, mode: str = "cut") -> None:
        """Take a department off the network ("cut"), or let it say 503, for so long."""
        self._store.run(
            "INSERT INTO outages VALUES (?, ?, ?)"
            " ON CONFLICT (dept) DO UPDATE SET until = excluded.until, mode = excluded.mode",
            dept,
            time.time() + seconds,
            mode,
        )

    def outage_of(self, dept: str) -> tuple[float, str] | None:
        """Until when a department is away, and how; nothing when it is there."""
        row = self._store.one("SELECT * FROM outages WHERE dept = ? AND until > ?", dept, time.time())
        return (row["until"], row["mode"]) if row else None


def _matches(behaviour: Mapping[str, Any], occasion: Occasion) -> bool:
    on = behaviour.get("on") or ("interfaces" if behaviour.get("interface") else "applications")
    if on not in ("all", occasion.on):
        return False
    return all(behaviour.get(name) in (None, "", getattr(occasion, name)) for name in WHERE if name != "on")
