"""The report: each check with its sentence, what was seen, and what to do."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

MARKS = {"pass": "✓", "fail": "✗", "skip": "–"}
Outcome = Literal["pass", "fail", "skip"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one check ended."""

    id: str
    outcome: Outcome
    seen: str
    ms: int


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """By check: `zh` and `en`, the sentence of the contract; `do_zh` and `do_en`, what to do where it is not kept."""
    return tomllib.loads(files(__package__).joinpath("sentences.toml").read_text("utf-8"))


def line_of(verdict: Verdict, lang: str) -> str:
    """One verdict for a terminal."""
    says = sentences()[verdict.id]
    lines = [f"{MARKS[verdict.outcome]} {verdict.id:<4}{says[lang]}"]
    if verdict.seen:
        lines.append(f"       {verdict.seen}")
    if verdict.outcome == "fail":
        lines.append(f"     → {says[f'do_{lang}']}")
    return "\n".join(lines)


def totals(verdicts: Sequence[Verdict]) -> dict[str, int]:
    return {outcome: sum(one.outcome == outcome for one in verdicts) for outcome in MARKS}


def closing(verdicts: Sequence[Verdict], lang: str) -> str:
    """The last line."""
    n = totals(verdicts)
    if lang == "zh":
        return f"符合 {n['pass']} 项，不符合 {n['fail']} 项，未检 {n['skip']} 项"
    return f"{n['pass']} kept, {n['fail']} broken, {n['skip']} not checked"


def document(verdicts: Sequence[Verdict], *, url: str, dept: str) -> str:
    """The report as JSON, for machines."""
    checks: list[dict[str, Any]] = [asdict(one) | {"says": sentences()[one.id]["en"]} for one in verdicts]
    return json.dumps(
        {"contract": 1, "url": url, "dept": dept, "totals": totals(verdicts), "checks": checks},
        ensure_ascii=False,
        indent=1,
    )
