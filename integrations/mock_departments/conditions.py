"""The condition each department is in: what its system can do, how its clock goes, whether it is away."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from .store import Store

OUTAGE_MODES = ("cut", "hang", "503", "500")
EVERY_DEPARTMENT = ""
LONGEST_SKEW_S, MOST_PER_S = 7 * 24 * 3600.0, 1_000_000.0


class UnknownCondition(Exception):
    """A condition or outage with a word or value that nobody here understands; the message names it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a department's system can do. The usual one can do everything the contract asks for."""

    keys: bool = True  # the same Idempotency-Key is one filing; without, every filing is a new one
    query: bool = True  # it can be asked what became of an application
    callbacks: bool = True  # it tells of changes by itself
    skew_s: float = 0.0  # by how much its clock is ahead of the machine's
    rate_limit_per_s: float | None = None  # more requests than this are answered 429

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings, each of its type. Raises UnknownCondition."""
        known = {field.name for field in fields(cls)}
        wrong = [name for name in settings if name not in known]
        wrong += [n for n in ("keys", "query", "callbacks") if not isinstance(settings.get(n, True), bool)]
        wrong += [n for n, most in _NUMBERS.items() if not _is_number(settings.get(n), most)]
        if wrong:
            raise UnknownCondition(f"不认识的状态：{'、'.join(wrong)}")
        return dict(settings)


_NUMBERS = {"skew_s": LONGEST_SKEW_S, "rate_limit_per_s": MOST_PER_S}
USUAL = Condition()


class Conditions:
    """Every department's condition, kept over restarts; what is said of all departments holds where nothing else is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._settings: dict[str, dict[str, Any]] = {}
        self._outages: dict[str, tuple[float, str]] = {}
        self._tokens: dict[str, tuple[float, float]] = {}
        self._ready: dict[str, Condition] = {}
        for row in store.all("SELECT * FROM conditions"):
            self._settings[row["dept"]] = json.loads(row["settings"])
        for row in store.all("SELECT * FROM outages"):
            self._outages[row["dept"]] = (row["until"], row["mode"])

    def of(self, dept: str) -> Condition:
        """The condition a department is in."""
        if not self._settings:
            return USUAL
        if dept not in self._ready:
            everywhere = self._settings.get(EVERY_DEPARTMENT, {})
            self._ready[dept] = Condition(**{**everywhere, **self._settings.get(dept, {})})
        return self._ready[dept]

    def put(self, dept: str, settings: Mapping[str, Any]) -> Condition:
        """Change what is said about a department, or about all of them (""). Raises UnknownCondition."""
        changed = {**self._settings.get(dept, {}), **Condition.read(settings)}
        self._store.run(
            "INSERT INTO conditions VALUES (?, ?) ON CONFLICT (dept) DO UPDATE SET settings = excluded.settings",
            dept,
            json.dumps(changed),
        )
        self._settings[dept] = changed
        self._ready.clear()
        return self.of(dept)

    def unusual(self) -> dict[str, dict[str, Any]]:
        """What is unusual, by department; "" stands for all."""
        usual = asdict(USUAL)
        changed = {
            dept: {name: value for name, value in settings.items() if value != usual[name]}
            for dept, settings in self._settings.items()
        }
        return {dept: settings for dept, settings in changed.items() if settings}

    def time_at(self, dept: str) -> float:
        """What a department's own clock says, in unix seconds."""
        return time.time() + self.of(dept).skew_s

    def wait_s(self, dept: str) -> int:
        """Whole seconds until a department that limits its callers takes the next request; 0 when it takes this one."""
        rate = self.of(dept).rate_limit_per_s
        if not rate:
            return 0
        at = time.monotonic()
        left, since = self._tokens.get(dept, (max(rate, 1.0), at))
        left = min(max(rate, 1.0), left + (at - since) * rate)
        taken = left >= 1
        self._tokens[dept] = (left - 1 if taken else left, at)
        return 0 if taken else max(1, math.ceil((1 - left) / rate))

    # -- outages ----------------------------------------------------------------------------------------------------
    def outage(self, dept: str, seconds: float, mode: str = "cut") -> None:
        """Take a department away for so long: off the network, silent, or answering with an error.

        No seconds end an outage. Raises UnknownCondition.
        """
        if mode not in OUTAGE_MODES:
            raise UnknownCondition(f"停机方式只能是 {'、'.join(OUTAGE_MODES)}")
        until = time.time() + seconds
        self._store.run(
            "INSERT INTO outages VALUES (?, ?, ?)"
            " ON CONFLICT (dept) DO UPDATE SET until = excluded.until, mode = excluded.mode",
            dept,
            until,
            mode,
        )
        self._outages[dept] = (until, mode)

    def outage_of(self, dept: str) -> tuple[float, str] | None:
        """Until when a department is away, and how; nothing when it is there."""
        found = self._outages.get(dept) or self._outages.get(EVERY_DEPARTMENT)
        return found if found and found[0] > time.time() else None

    def clear(self) -> None:
        """Everybody is there and well again."""
        self._store.run("DELETE FROM conditions")
        self._store.run("DELETE FROM outages")
        self._settings, self._outages, self._tokens, self._ready = {}, {}, {}, {}


def _is_number(value: object, most: float) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most
