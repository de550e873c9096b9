"""The drawing in docs/states.md is the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db.models import Model

from cases.models import Case, SubApplication
from cases.states import CaseState, SubState

DRAWING = Path(__file__).resolve().parents[2] / "docs" / "states.md"
ARROW = re.compile(r"^\s+(\w+) --> (\w+) : (\w+)$", re.MULTILINE)


def drawn(title: str) -> set[tuple[str, str, str]]:
    section = DRAWING.read_text(encoding="utf-8").split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return set(ARROW.findall(section))


def coded(model: type[Model]) -> set[tuple[str, str, str]]:
    field = model._meta.get_field("state")
    transitions = field.get_all_transitions(model)
    return {(str(t.source), str(t.target), t.name) for t in transitions}


@pytest.mark.parametrize(("title", "model"), [("Case", Case), ("Sub-application", SubApplication)])
def test_the_drawing_of_a_machine_has_exactly_the_arrows_of_the_code(title: str, model: type[Model]) -> None:
    assert drawn(title) == coded(model)


@pytest.mark.parametrize(("title", "states"), [("Case", CaseState), ("Sub-application", SubState)])
def test_every_state_is_on_the_drawing(title: str, states: type[CaseState] | type[SubState]) -> None:
    on_paper = {end for source, target, _ in drawn(title) for end in (source, target)}
    assert on_paper == {state.value for state in states}
