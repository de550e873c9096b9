"""Scenario files: who behaves how, when and for how long. Read, checked against the library, written out in time.

A file says what a person would say of a bad day at the departments; the same file and seed is always the same day.
docs/mock-departments.md describes the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from .behaviours import SETTINGS, UnknownSetting, check
from .conditions import OUTAGE_MODES, Condition, UnknownCondition
from .library import Library, Loader
from .scripts import DRAWN

SHIPPED = Path(__file__).with_name("scenarios")
MOST_STEPS, LONGEST_BYTES = 20_000, 256 * 1024
ANY = "any"
ACTS = ("outage", "department", "forget")
WHEN = ("at", "for", "zh", "every", "until", "jitter", "pick")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}
_DURATIONS = (*DRAWN, "rate_limit_per_s")


class BadScenario(Exception):
    """A scenario that cannot be played; the message has one line for each mistake, with its place."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at a moment: a behaviour, an outage, a changed condition, a backup restored."""

    at_s: float
    act: str
    settings: Mapping[str, Any]
    for_s: float | None
    zh: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A day at the departments, step by step."""

    name: str
    zh: str
    note: str
    seed: int
    ends_s: float | None
    steps: tuple[Step, ...]


def shipped() -> dict[str, Path]:
    """The scenarios that come with the mock departments, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def read_scenario(text: str, library: Library, seed: int) -> Scenario:
    """The scenario in a file; a seed in the file goes before the given one.

    Raises BadScenario, which names every mistake.
    """
    if len(text.encode()) > LONGEST_BYTES:
        raise BadScenario("剧本太长")
    try:
        document = yaml.load(text, Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise BadScenario(f"不是合法的 YAML：{str(error).splitlines()[0]}") from error
    if not isinstance(document, dict) or not isinstance(document.get("steps") or [], list):
        raise BadScenario("剧本要写成 scenario: 名称、steps: [...]")
    return _Reader(document, library, seed).scenario()


class _Reader:
    """Reads one document and collects what is wrong with it."""

    def __init__(self, document: Mapping[str, Any], library: Library, seed: int) -> None:
        self._document, self._library = document, library
        self._seed = document.get("seed", seed)
        self._dice = Random(f"{self._seed}/{document.get('scenario')}")
        self._mistakes: list[str] = []
        items = [entry for bundle in library.bundles.values() for entry in bundle["items"]]
        self._deciding = sorted({entry["dept"] for entry in items})
        self._places = {
            "dept": set(library.departments),
            "bundle": set(library.bundles),
            "item": {entry["id"] for entry in items},
            "matter": {entry["matter"] for entry in items},
            "interface": set(library.interfaces),
        }

    def scenario(self) -> Scenario:
        document = self._document
        known = ("scenario", "zh", "note", "seed", "ends", "timing", "steps")
        self._mistakes += [f"不认识的项：{name}" for name in document if name not in known]
        if type(self._seed) is not int:
            self._mistakes.append("seed：要是整数")
        ends_s = self._seconds(document.get("ends"), "ends")
        steps = [*self._timing(), *self._steps(ends_s)]
        if len(steps) > MOST_STEPS:
            self._mistakes.append(f"展开后超过 {MOST_STEPS} 步")
        if self._mistakes:
            raise BadScenario("\n".join(self._mistakes))
        name = str(document.get("scenario") or "unnamed")
        steps.sort(key=lambda step: step.at_s)
        return Scenario(
            name, str(document.get("zh") or name), str(document.get("note") or ""), self._seed, ends_s, tuple(steps)
        )

    def _timing(self) -> Iterator[Step]:
        """How long matters take, as behaviours from the beginning."""
        timing = self._document.get("timing") or {}
        if not isinstance(timing, dict):
            self._mistakes.append("timing：要写成 事项: {accept_s, decide_s}")
            return
        for matter, settings in timing.items():
            yield from self._one({"matter": matter, **_mapping(settings)}, f"timing.{matter}", 0.0)

    def _steps(self, ends_s: float | None) -> Iterator[Step]:
        for place, entry in enumerate(self._document.get("steps") or []):
            where = f"steps[{place}]"
            if not isinstance(entry, dict):
                self._mistakes.append(f"{where}：要写成 名称: 值")
                continue
            at_s = self._seconds(entry.get("at"), f"{where}.at") or 0.0
            if "every" in entry:
                yield from self._repeated(entry, where, at_s, ends_s)
            else:
                yield from self._one(entry, where, at_s)

    def _repeated(self, entry: Mapping[str, Any], where: str, at_s: float, ends_s: float | None) -> Iterator[Step]:
        """A step again and again; each time one of `pick`, drawn with the seed, and up to `jitter` late."""
        every = self._seconds(entry.get("every"), f"{where}.every")
        until = self._seconds(entry.get("until"), f"{where}.until") or ends_s
        jitter = self._seconds(entry.get("jitter"), f"{where}.jitter") or 0.0
        choices = entry.get("pick") or [{name: value for name, value in entry.items() if name not in WHEN}]
        if not every or until is None or not isinstance(choices, list):
            self._mistakes.append(f"{where}：every 要大于 0，并且要有 until 或整个剧本的 ends；pick 要是列表")
            return
        if (until - at_s) / every > MOST_STEPS:
            self._mistakes.append(f"{where}.every：展开后超过 {MOST_STEPS} 步")
            return
        while at_s < until and len(self._mistakes) < 50:
            place = self._dice.randrange(len(choices))
            late = self._dice.uniform(0, jitter)
            name = f"{where}.pick[{place}]" if "pick" in entry else where
            chosen = _mapping(choices[place])
            yield from self._one({"zh": entry.get("zh"), "for": entry.get("for"), **chosen}, name, at_s + late)
            at_s += every

    def _one(self, entry: Mapping[str, Any], where: str, at_s: float) -> Iterator[Step]:
        acts = [name for name in ACTS if name in entry]
        if len(acts) > 1:
            self._mistakes.append(f"{where}：一步只能有一件事（{'、'.join(acts)}）")
            return
        for_s = self._drawn(entry.get("for"), f"{where}.for")
        zh = str(entry.get("zh") or "")
        if acts:
            reads = {"outage": self._outage, "department": self._department, "forget": self._forget}
            settings = reads[acts[0]](_mapping(entry[acts[0]]), f"{where}.{acts[0]}")
            extra = [name for name in entry if name not in (*WHEN, *ACTS)]
            self._mistakes += [f"{where}：不认识的项：{name}" for name in extra]
            for_s = settings.pop("for_s", for_s)
            yield Step(at_s, acts[0], settings, for_s, zh)
        else:
            settings = self._behaviour(entry, where)
            yield Step(at_s, "behaviour", settings, for_s, zh)

    # -- the four things that can happen ----------------------------------------------------------------------------
    def _behaviour(self, entry: Mapping[str, Any], where: str) -> dict[str, Any]:
        settings = {name: value for name, value in entry.items() if name not in WHEN and value is not None}
        self._mistakes += [f"{where}：不认识的项：{name}" for name in settings if name not in SETTINGS]
        settings = {name: value for name, value in settings.items() if name in SETTINGS}
        settings = self._in_seconds(settings, where)
        if isinstance(settings.get("faults"), dict):
            settings["faults"] = self._in_seconds(settings["faults"], f"{where}.faults")
        self._check_places(settings, where)
        try:
            check(settings)
        except UnknownSetting as error:
            self._mistakes.append(f"{where}：{error}")
        if not set(settings) - {"dept", "bundle", "item", "matter", "interface", "on", "verb", "rate", "times"}:
            self._mistakes.append(f"{where}：没有说要怎样")
        return settings

    def _outage(self, entry: Mapping[str, Any], where: str) -> dict[str, Any]:
        self._unknown(entry, ("dept", "for", "mode"), where)
        mode, seconds = str(entry.get("mode", "cut")), self._drawn(entry.get("for"), f"{where}.for")
        if mode not in OUTAGE_MODES:
            self._mistakes.append(f"{where}.mode：只能是 {'、'.join(OUTAGE_MODES)}")
        if not seconds:
            self._mistakes.append(f"{where}.for：要写停多久")
        return {"dept": self._dept(entry, where), "seconds": seconds, "mode": mode, "for_s": seconds}

    def _department(self, entry: Mapping[str, Any], where: str) -> dict[str, Any]:
        told = {name: value for name, value in entry.items() if name not in ("dept", "for")}
        try:
            Condition.read(told)
        except UnknownCondition as error:
            self._mistakes.append(f"{where}：{error}")
        dept = self._dept(entry, where) if entry.get("dept") else ""
        lasts = {"for_s": self._drawn(entry["for"], f"{where}.for")} if "for" in entry else {}
        return {"dept": dept, **told, **lasts}

    def _forget(self, entry: Mapping[str, Any], where: str) -> dict[str, Any]:
        self._unknown(entry, ("dept", "since"), where)
        since = self._seconds(entry.get("since"), f"{where}.since")
        return {"dept": self._dept(entry, where), **({"since_s": since} if since is not None else {})}

    # -- words and values -------------------------------------------------------------------------------------------
    def _dept(self, entry: Mapping[str, Any], where: str) -> str:
        """One department: the named one, one of those named, or any that decides something."""
        said = entry.get("dept")
        names = self._deciding if said == ANY else said if isinstance(said, list) else [said]
        wrong = [str(name) for name in names if name not in self._library.departments]
        if wrong or not names:
            self._mistakes.append(f"{where}.dept：没有这个部门：{'、'.join(wrong) or said}")
            return ""
        return str(self._dice.choice(list(names)))

    def _check_places(self, settings: dict[str, Any], where: str) -> None:
        """Every named department, bundle, item, matter and interface is in the library."""
        for name, known in self._places.items():
            said = settings.get(name)
            for one in said if isinstance(said, list) else [said] if said else []:
                if one not in known:
                    self._mistakes.append(f"{where}.{name}：目录里没有 {one}")

    def _in_seconds(self, settings: Mapping[str, Any], where: str) -> dict[str, Any]:
        """The settings with every duration in seconds: "3s..10s" is drawn between the two each time."""
        read = dict(settings)
        for name in (name for name in settings if name in _DURATIONS and isinstance(settings[name], str)):
            ends = str(settings[name]).split("..")
            seconds = [self._seconds(end, f"{where}.{name}") or 0.0 for end in ends[:2]]
            read[name] = seconds if len(ends) == 2 else seconds[0]
        return read

    def _drawn(self, value: Any, where: str) -> float | None:
        """A duration; of "5s..20s" one between the two, drawn when the scenario is read."""
        if not isinstance(value, str) or ".." not in value:
            return self._seconds(value, where)
        first, _, last = value.partition("..")
        low, high = self._seconds(first, where), self._seconds(last, where)
        return round(self._dice.uniform(low or 0.0, high or 0.0), 3)

    def _seconds(self, value: Any, where: str) -> float | None:
        if value is None:
            return None
        found = _DURATION.fullmatch(str(value).strip()) if not isinstance(value, bool | list | dict) else None
        if found is None:
            self._mistakes.append(f"{where}：看不懂的时长 {value}（写成 30s、5m、1h）")
            return None
        return float(found[1]) * _UNIT_S[found[2]]

    def _unknown(self, entry: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        self._mistakes += [f"{where}：不认识的项：{name}" for name in entry if name not in known]


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {"?": value}
