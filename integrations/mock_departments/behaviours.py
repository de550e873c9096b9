"""How departments are told to behave: delays, scripted decisions and faults, for all of them or for a few cases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from .scripts import DECISIONS, DRAWN, SCRIPTED
from .store import Store

WHERE = ("dept", "matter", "item", "bundle", "interface", "on", "verb")
VERBS = ("file", "query", "supplement", "withdraw", "change")
# Before anything is done.
REQUEST_FAULTS = (
    "error500",
    "error503",
    "error429",
    "error400",
    "error401",
    "error403",
    "error413",
    "error422",
    "hang_s",
    "cut",
    "redirect",
)
# After it has been done.
ANSWER_FAULTS = (
    "exec_hang",
    "exec_cut",
    "exec_500",
    "exec_503",
    "exec_empty",
    "exec_garbage",
    "exec_wrong_type",
    "exec_wrong_schema",
    "exec_deep_json",
    "exec_big",
    "exec_wrong_receipt",
    "exec_redirect",
    "exec_drip",
    "slow_drip",
    "slow_s",
    "before_answer",
)
CALLBACK_FAULTS = (
    "duplicate",
    "resend",
    "out_of_order",
    "drop",
    "late_s",
    "contradict",
    "after_withdrawal",
    "forged",
    "tamper",
    "replay_old",
    "nonce_reuse",
    "cross_dept",
    "unknown_case",
    "unknown_key",
    "stripped",
    "stale",
    "garbage_body",
    "deep_body",
    "big_body",
)
FAULTS = (*REQUEST_FAULTS, *ANSWER_FAULTS, *CALLBACK_FAULTS)
SETTINGS = (*WHERE, *SCRIPTED, "faults", "chances", "empty", "mismatch", "rate", "times")
OCCASIONS = ("applications", "interfaces", "licences", "all")


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
    verb: str = "file"


@dataclass(slots=True)
class _InForce:
    """One behaviour, with the dice of its own: the n-th occasion it meets ends the same way for the same seed."""

    number: int
    settings: Mapping[str, Any]
    times: int | None
    dice: Random

    def shows(self) -> bool:
        rate = float(self.settings.get("rate", 1))
        return rate >= 1 or self.dice.random() < rate

    def faults(self, wanted: Iterable[str]) -> dict[str, Any]:
        """The faults of these names that show themselves this time; of some only a chance is given."""
        told, chances = self.settings.get("faults") or {}, self.settings.get("chances") or {}
        shown = {}
        for name in wanted:
            if name in chances and self.dice.random() < float(chances[name]):
                shown[name] = told.get(name, True)
            elif name not in chances and told.get(name):
                shown[name] = told[name]
        return {name: self.drawn(name, value) for name, value in shown.items()}

    def drawn(self, name: str, value: Any) -> Any:
        """A value drawn between two where a duration is given as [from, to]."""
        if name in DRAWN and isinstance(value, list) and len(value) == 2:
            return round(self.dice.uniform(float(value[0]), float(value[1])), 3)
        return value


class Behaviours:
    """The behaviours in force, newest first; one with ``times`` is used up when it has shown itself that often."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._seed = seed
        rows = store.all("SELECT * FROM behaviours WHERE times IS NULL OR times > 0 ORDER BY id DESC")
        self._in_force = [self._made(row["id"], json.loads(row["settings"]), row["times"], seed) for row in rows]

    def _made(self, number: int, settings: Mapping[str, Any], times: int | None, seed: int) -> _InForce:
        text = json.dumps(settings, ensure_ascii=False, sort_keys=True)
        return _InForce(number, settings, times, Random(f"{seed}/{text}"))

    def add(self, settings: Mapping[str, Any], seed: int | None = None) -> int:
        """Put a behaviour in force, with dice of the given seed or of the process's.

        Raises UnknownSetting for words it does not know.
        """
        check(settings)
        number = self._store.insert(
            "behaviours", {"settings": json.dumps(dict(settings), ensure_ascii=False), "times": settings.get("times")}
        )
        self._in_force.insert(
            0, self._made(number, dict(settings), settings.get("times"), self._seed if seed is None else seed)
        )
        return number

    def end(self, number: int) -> None:
        """Take one behaviour out of force."""
        self._store.run("DELETE FROM behaviours WHERE id = ?", number)
        self._in_force = [one for one in self._in_force if one.number != number]

    def clear(self) -> None:
        """Back to the usual behaviour, everywhere."""
        self._store.run("DELETE FROM behaviours")
        self._in_force = []

    def all(self) -> list[dict[str, Any]]:
        """Every behaviour in force, newest first, with how often it still shows itself."""
        return [{**one.settings, "id": one.number, "times": one.times} for one in self._in_force]

    def meet(self, occasion: Occasion, settings: Iterable[str], faults: Iterable[str]) -> dict[str, Any]:
        """What an occasion meets: each setting and fault of these names from the newest behaviour that has it.

        A behaviour counts one of its times for the whole occasion. The faults stand under "faults".
        """
        told: dict[str, Any] = {}
        unwell: dict[str, Any] = {}
        for one in [one for one in self._in_force if _matches(one.settings, occasion)]:
            own = [name for name in settings if name in one.settings and name not in told]
            if not (own or one.settings.get("faults") or one.settings.get("chances")) or not one.shows():
                continue
            sick = {name: value for name, value in one.faults(faults).items() if name not in unwell}
            if own or sick:
                told |= {name: one.drawn(name, one.settings[name]) for name in own}
                unwell |= sick
                self._use(one)
        return told | {"faults": unwell}

    def _use(self, one: _InForce) -> None:
        if one.times is None:
            return
        one.times -= 1
        self._store.run("UPDATE behaviours SET times = ? WHERE id = ?", one.times, one.number)
        if one.times <= 0:
            self._in_force.remove(one)


def check(settings: Mapping[str, Any]) -> None:
    """Make sure that a behaviour says only what is understood here. Raises UnknownSetting."""
    faults, chances = settings.get("faults") or {}, settings.get("chances") or {}
    if not isinstance(faults, dict) or not isinstance(chances, dict):
        raise UnknownSetting("faults 和 chances 要写成 名称: 值")
    wrong = [name for name in settings if name not in SETTINGS]
    wrong += [name for name in (*faults, *chances) if name not in FAULTS]
    wrong += [f"{name}: {chance}" for name, chance in chances.items() if not _is_share(chance)]
    wrong += [f"rate: {settings['rate']}"] if not _is_share(settings.get("rate", 1)) else []
    wrong += [str(settings["decide"])] if settings.get("decide") not in (None, *DECISIONS) else []
    wrong += [f"on: {settings['on']}"] if settings.get("on") not in (None, "", *OCCASIONS) else []
    wrong += [f"verb: {settings['verb']}"] if settings.get("verb") not in (None, "", *VERBS) else []
    wrong += [f"{name}: {settings[name]}" for name in DRAWN if not _is_duration(settings.get(name))]
    wrong += [f"{name}: {value}" for name, value in faults.items() if name in DRAWN and not _is_duration(value)]
    if wrong:
        raise UnknownSetting(f"不认识的设置：{'、'.join(wrong)}")


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _is_duration(value: object) -> bool:
    """Seconds, or from and to; true stands for the usual one of a fault."""
    if isinstance(value, list):
        return len(value) == 2 and all(_is_duration(end) for end in value)
    return value is None or (isinstance(value, int | float) and value >= 0)


def _matches(settings: Mapping[str, Any], occasion: Occasion) -> bool:
    on = settings.get("on") or ("interfaces" if settings.get("interface") else "applications")
    if on not in ("all", occasion.on):
        return False
    return all(_is_meant(settings.get(name), getattr(occasion, name)) for name in WHERE if name != "on")


def _is_meant(said: object, met: str) -> bool:
    """Whether a place is the one a behaviour names, or one of several."""
    return said in (None, "", []) or (met in said if isinstance(said, list) else said == met)
