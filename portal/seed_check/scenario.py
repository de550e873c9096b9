"""What is to be walked through: scenario files, one a bundle, and what follows from every one of them.

Format (all keys but `bundle` may be missing; what a file leaves out the filler finds by itself):

    bundle: XSECS
    applicant: 林晓岚                         # or {company: 名称, person: 经办人}
    channel: mobile
    begins_on: 05-12                          # the walk begins on the next such day, where a window is open
    guidance: {…}  ticks: […]  later: […]  by_agent: false
    cast: {father: 陈屿}                      # who plays a party
    rows: {vehicles: 2}  fields: {路径: 值}    # today+60, today-22 09:12, now+6h are counted from the day of the walk
    materials: {M_X: defer}                   # upload (the usual), defer, commit
    registers: [{code, key, data}]            # what a register says otherwise than usual
    behaviours: [{item, decide: …}]           # how departments behave (mock_departments/behaviours.py)
    desk: {ITEM: {refuse: 理由}}              # a department without a system; else it approves; "*" speaks of all
    roster: [{name: 周敏, student_no: …}]     # a batch: its people, found in the registers by name
    found: true                               # nobody applies: the nightly search finds the applicant
    replan: {change: T1, values: {field: 值}}  # the plan of the live case is changed once
    choices: {ITEM: stop}                     # where an upstream item was refused; else go on
    uncounted: [minutes]                      # figures of the bundle that mean something a walk cannot count
    until: [TRANSFER]                         # the items that the figure of days speaks of; else the whole case
    expect: {state: concluded, outcome: all, items: {…}, at_most: {seconds: 3}}
    refusal: {item: ITEM}                     # further words on the derived scenarios
    scenarios: {name: {…}}                    # more of them, each over the keys above

Derived from every walk: a refusal, a supplement, a withdrawal, an outage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from bundles.spec import BundleSpec

FOLDER = Path(__file__).with_name("scenarios")
HAPPY = "happy"
DERIVED = ("refusal", "supplement", "withdrawal", "outage")
_PLAN = ("scenarios", *DERIVED)


class UnknownWord(Exception):
    """A scenario file uses a key that nobody reads; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """One walk through a bundle. `aim` is happy, or the derived scenario it becomes; `aim_at` names its item."""

    bundle: str
    name: str = HAPPY
    aim: str = HAPPY
    aim_at: str = ""
    applicant: Any = ""
    channel: str = "online"
    begins_on: str = ""
    guidance: Mapping[str, Any] = field(default_factory=dict)
    ticks: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    by_agent: bool = False
    cast: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    materials: Mapping[str, str] = field(default_factory=dict)
    registers: tuple[Mapping[str, Any], ...] = ()
    behaviours: tuple[Mapping[str, Any], ...] = ()
    desk: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    roster: tuple[Mapping[str, Any], ...] = ()
    found: bool = False
    replan: Mapping[str, Any] = field(default_factory=dict)
    uncounted: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The scenarios of one bundle."""

    bundle: str
    scripts: tuple[Script, ...]


def codes() -> list[str]:
    """The bundles that have a scenario file, in the order of the file names."""
    return [_read(path)["bundle"] for path in sorted(FOLDER.glob("*.yaml"))]


def plan_of(code: str) -> Plan:
    """The scenarios of a bundle. Raises UnknownWord; without a file, those that follow from the definition alone."""
    for path in sorted(FOLDER.glob("*.yaml")):
        document = _read(path)
        if document["bundle"] == code:
            return _plan(document)
    return _plan({"bundle": code})


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def _plan(document: Mapping[str, Any]) -> Plan:
    base = _script({key: value for key, value in document.items() if key not in _PLAN})
    scripts = [base]
    scripts += [_over(base, {"name": name, "aim": name, **(document.get(name) or {})}) for name in DERIVED]
    scripts += [_over(base, {"name": name, **words}) for name, words in (document.get("scenarios") or {}).items()]
    return Plan(base.bundle, tuple(script for script in scripts if script.aim != "none"))


def _script(words: Mapping[str, Any]) -> Script:
    unknown = set(words) - set(Script.__dataclass_fields__)
    if unknown:
        raise UnknownWord(f"{words.get('bundle', '')}：不认识的键 {'、'.join(sorted(unknown))}")
    said: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in words.items()}
    return Script(**said)


def _over(base: Script, words: Mapping[str, Any]) -> Script:
    """The base with some words changed; mappings are merged, a derived scenario has its own expectation."""
    changed = dict(words)
    if "item" in changed:
        changed["aim_at"] = changed.pop("item")
    if "expect" not in changed and changed.get("aim") in ("refusal", "withdrawal"):
        changed["expect"] = {}
    unknown = set(changed) - set(Script.__dataclass_fields__)
    if unknown:
        raise UnknownWord(f"{base.bundle}·{words.get('name')}：不认识的键 {'、'.join(sorted(unknown))}")
    merged = dict(_merged(base, changed))
    return replace(base, **merged)


def _merged(base: Script, changed: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in changed.items():
        before = getattr(base, key)
        if key == "expect":
            yield key, value
        elif isinstance(before, Mapping) and isinstance(value, Mapping):
            yield key, {**before, **value}
        else:
            yield key, tuple(value) if isinstance(value, list) else value


def usual_applicant(spec: BundleSpec) -> Any:
    """Who applies where a scenario does not say: somebody the registers know well, of the right kind."""
    kinds = {party.kind for party in spec.parties if party.role == "applicant"}
    return "林晓岚" if "person" in kinds or not kinds else {"company": "云栈数字科技（示例）有限公司"}
