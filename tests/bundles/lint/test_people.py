"""What lint says of rosters and searches: names that do not exist are errors, prose alone is a warning."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from bundles.lint import lint
from tests.factories import library


def found(code: str, change: Callable[[dict[str, Any]], object]) -> set[tuple[str, str]]:
    """(severity, path) of the faults that a change brings."""
    document = copy.deepcopy(library.document(code))
    before = {(f.severity, f.path, f.message) for f in lint(document, library.registry())}
    change(document)
    after = {(f.severity, f.path, f.message) for f in lint(document, library.registry())}
    return {(severity, path) for severity, path, _ in after - before}


WRONG: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("DXSCB", lambda d: d["batch"].update(group="s_nobody"), "batch.group"),
    ("DXSCB", lambda d: d["batch"].update(row_key="shoe_size"), "batch.row_key"),
    ("DXSCB", lambda d: d["batch"].update(material="M_NONE"), "batch.material"),
    ("DXSCB", lambda d: d["items"][0].update(instances={"group": "s_roster"}), "batch"),
    ("DXSCB", lambda d: d["confirmation"].update(party="nobody"), "confirmation.party"),
    ("DXSCB", lambda d: d["confirmation"].update(phone="fax"), "confirmation.phone"),
    ("GLJT", lambda d: d["proactive"]["population"].update(api="NO_SUCH"), "proactive.population.api"),
    ("GLJT", lambda d: d["proactive"]["classes"][0].update(when="age(shoe_size) > 1"), "proactive.classes[G1].when"),
    ("GLJT", lambda d: d["proactive"]["classes"][1].pop("answer_within"), "proactive.classes[G2].answer_within"),
    ("GLJT", lambda d: d["proactive"]["classes"].pop(), "proactive.classes"),
    ("GLJT", lambda d: d["proactive"]["fields"].update(shoe="batch_no"), "proactive.fields.shoe"),
    ("CJRFW", lambda d: d["match"].update(party="nobody"), "match.party"),
]


@pytest.mark.parametrize(("code", "change", "path"), WRONG, ids=[path for _, _, path in WRONG])
def test_what_does_not_exist_is_an_error(code: str, change: Callable[[dict[str, Any]], object], path: str) -> None:
    assert ("error", path) in found(code, change)


def only_prose(document: dict[str, Any]) -> None:
    keys = ("id", "zh", "cond", "then")
    kept = [{key: one[key] for key in keys} for one in document["proactive"]["classes"]]
    document["proactive"] = {"detect": document["proactive"]["detect"], "classes": kept}


def test_prose_alone_is_a_warning_and_the_bundle_can_be_published() -> None:
    faults = found("GLJT", only_prose)
    assert {severity for severity, _ in faults} == {"warning"}
    assert ("warning", "proactive.population") in faults and ("warning", "proactive.classes[G1].act") in faults
