"""Plays a scenario: each step when its time has come, over restarts too."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .backup import restore_backup
from .behaviours import Behaviours
from .conditions import USUAL, Conditions
from .library import Library
from .scenarios import BadScenario, Scenario, Step, read_scenario
from .store import Store

REMEMBERED = "scenario"
SHOWN_NEXT = 6
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A step that begins, or that is over."""

    at_s: float
    place: int
    begins: bool


class Director:
    """One scenario at a time; which, since when and how far stands in the record."""

    def __init__(
        self,
        store: Store,
        library: Library,
        behaviours: Behaviours,
        conditions: Conditions,
        seed: int,
        woken: asyncio.Event,
    ) -> None:
        self._store = store
        self._library = library
        self._behaviours = behaviours
        self._conditions = conditions
        self._seed = seed
        self._agenda_woken = woken
        self._woken = asyncio.Event()
        self._scenario: Scenario | None = None
        self._began_at = 0.0
        self._moments: list[_Moment] = []
        self._done = 0
        self._numbers: dict[int, int] = {}
        self._text = ""
        self._take_up_again()

    # -- what a person says -----------------------------------------------------------------------------------------
    def begin(self, text: str, seed: int | None = None) -> Scenario:
        """Begin a scenario now; the one that runs is stopped first.

        Raises BadScenario.
        """
        scenario = read_scenario(text, self._library, self._seed if seed is None else seed)
        self.stop()
        self._set(scenario, text, time.time())
        self._remember()
        self._woken.set()
        return scenario

    def stop(self) -> None:
        """End the scenario that runs, if one does: what it has changed is usual again."""
        if self._scenario is None:
            return
        for place in range(len(self._scenario.steps)):
            if place in self._numbers or self._is_lasting(place):
                self._end(place)
        self._scenario, self._moments, self._numbers = None, [], {}
        self._store.remember(REMEMBERED, "")
        self._woken.set()

    def standing(self) -> dict[str, Any] | None:
        """The scenario that runs: since when, what has happened, what comes next."""
        if self._scenario is None:
            return None
        at_s = time.time() - self._began_at
        coming = [moment for moment in self._moments[self._done :] if moment.begins][:SHOWN_NEXT]
        return {
            "name": self._scenario.name,
            "zh": self._scenario.zh,
            "note": self._scenario.note,
            "seed": self._scenario.seed,
            "at_s": round(at_s, 1),
            "ends_s": self._scenario.ends_s,
            "done": self._done,
            "of": len(self._moments),
            "now": [self._told(place) for place in sorted(self._numbers)][-SHOWN_NEXT:],
            "next": [{**self._told(moment.place), "in_s": round(moment.at_s - at_s, 1)} for moment in coming],
        }

    # -- playing ----------------------------------------------------------------------------------------------------
    async def run(self) -> None:
        """Play for ever."""
        while True:
            self._woken.clear()
            self.play()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._woken.wait()

    def play(self) -> None:
        """Everything whose time has come."""
        if self._scenario is None:
            return
        at_s, before = time.time() - self._began_at, self._done
        with self._store.transaction():
            while self._done < len(self._moments) and self._moments[self._done].at_s <= at_s:
                moment = self._moments[self._done]
                self._done += 1
                if moment.begins:
                    self._begin_step(moment.place)
                else:
                    self._end(moment.place)
            if self._done > before:
                self._remember()
                self._agenda_woken.set()
        if self._scenario.ends_s is not None and at_s >= self._scenario.ends_s:
            logger.info("scenario %s has ended", self._scenario.name)
            self.stop()

    def _pause_s(self) -> float:
        if self._scenario is None:
            return 3600.0
        following = self._moments[self._done].at_s if self._done < len(self._moments) else self._scenario.ends_s
        return 3600.0 if following is None else max(following - (time.time() - self._began_at), 0.001)

    def _begin_step(self, place: int) -> None:
        assert self._scenario is not None
        step = self._scenario.steps[place]
        logger.info("scenario %s: %s %s", self._scenario.name, step.act, dict(step.settings))
        _BEGINS[step.act](self, place, step)

    def _behave(self, place: int, step: Step) -> None:
        self._numbers[place] = self._behaviours.add(step.settings, self._scenario.seed if self._scenario else None)

    def _take_away(self, _place: int, step: Step) -> None:
        self._conditions.outage(**step.settings)

    def _put_condition(self, _place: int, step: Step) -> None:
        settings = dict(step.settings)
        self._conditions.put(settings.pop("dept"), settings)

    def _forget(self, _place: int, step: Step) -> None:
        since = time.time() - step.settings["since_s"] if "since_s" in step.settings else 0.0
        restore_backup(self._store, step.settings["dept"], since)

    def _is_lasting(self, place: int) -> bool:
        """Whether a step has begun and changed what lasts beside behaviours."""
        assert self._scenario is not None
        begun = {moment.place for moment in self._moments[: self._done] if moment.begins}
        return place in begun and self._scenario.steps[place].act in ("department", "outage")

    def _end(self, place: int) -> None:
        assert self._scenario is not None
        step = self._scenario.steps[place]
        if place in self._numbers:
            self._behaviours.end(self._numbers.pop(place))
        elif step.act == "department":
            usual = {name: getattr(USUAL, name) for name in step.settings if name != "dept"}
            self._conditions.put(step.settings["dept"], usual)
        elif step.act == "outage":
            self._conditions.outage(step.settings["dept"], 0)

    def _told(self, place: int) -> dict[str, Any]:
        assert self._scenario is not None
        step = self._scenario.steps[place]
        return {"act": step.act, "zh": step.zh, "settings": step.settings}

    # -- over a restart ---------------------------------------------------------------------------------------------
    def _set(self, scenario: Scenario, text: str, began_at: float) -> None:
        moments = [_Moment(step.at_s, place, True) for place, step in enumerate(scenario.steps)]
        for place, step in enumerate(scenario.steps):
            if step.for_s is not None and step.act in ("behaviour", "department"):
                moments.append(_Moment(step.at_s + step.for_s, place, False))
        self._scenario, self._text, self._began_at = scenario, text, began_at
        self._moments = sorted(moments, key=lambda moment: (moment.at_s, moment.begins))
        self._done, self._numbers = 0, {}

    def _remember(self) -> None:
        assert self._scenario is not None
        kept = {
            "text": self._text,
            "seed": self._scenario.seed,
            "began_at": self._began_at,
            "done": self._done,
            "numbers": list(self._numbers.items()),
        }
        self._store.remember(REMEMBERED, json.dumps(kept, ensure_ascii=False))

    def _take_up_again(self) -> None:
        """Go on with the scenario that ran when the process ended."""
        kept: Mapping[str, Any] = json.loads(self._store.meta(REMEMBERED) or "null") or {}
        if not kept:
            return
        try:
            self._set(read_scenario(kept["text"], self._library, kept["seed"]), kept["text"], kept["began_at"])
        except BadScenario:
            logger.exception("the scenario cannot go on")
            return
        self._done, self._numbers = kept["done"], dict(kept["numbers"])


_BEGINS: dict[str, Callable[[Director, int, Step], None]] = {
    "behaviour": Director._behave,
    "outage": Director._take_away,
    "department": Director._put_condition,
    "forget": Director._forget,
}
