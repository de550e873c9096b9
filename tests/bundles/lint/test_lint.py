"""Each kind of fault, planted into a real definition, is found with its path and its line."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bundles import yaml
from bundles.errors import Fault
from bundles.lint import lint
from tests.bundles.lint.planted import ERRORS, Change, Document, drop, put
from tests.factories import library


def faults_of(document: Document) -> tuple[Fault, ...]:
    return lint(document, library.registry())


def planted(code: str, change: Change) -> Document:
    document = copy.deepcopy(library.document(code))
    change(document)
    return document


def field(document: Document, ident: str) -> Any:
    found = [f for s in document["form"]["sections"] for f in s["fields"] if f["id"] == ident]
    return found[0]


@pytest.mark.parametrize("code", library.codes())
def test_a_shipped_definition_has_no_errors(code: str) -> None:
    errors = [f for f in lint(library.document(code), library.registry()) if f.severity == "error"]
    assert errors == []


@pytest.mark.parametrize(("change", "path", "words"), [e[1:] for e in ERRORS], ids=[e[0] for e in ERRORS])
def test_a_planted_error_is_found_where_it_stands(change: Change, path: str, words: str) -> None:
    text = yaml.write(planted("XSECS", change))
    source = yaml.read(text)
    faults = lint(source.document, library.registry(), line_of=source.line_of)
    found = [f for f in faults if f.path == path and words in f.message and f.severity == "error"]
    assert found, faults
    line = found[0].line
    assert line is not None
    assert _last_word(path) in text.splitlines()[line - 1]


def _last_word(path: str) -> str:
    """What must stand in the line of a path: its last key or id (an entry known by number stands nowhere)."""
    last = path.replace("]", "").replace("[", ".").split(".")[-1]
    return "" if last.isdecimal() else last


def test_two_fields_that_wait_for_each_other_are_a_circle() -> None:
    def change(document: Document) -> None:
        field(document, "mother_live")["when"] = "mother_hukou != None"
        field(document, "mother_hukou")["when"] = "mother_live != None"

    found = [f for f in faults_of(planted("XSECS", change)) if "互相等待" in f.message]
    assert len(found) == 1
    assert "mother_live" in found[0].message
    assert "mother_hukou" in found[0].message


def test_an_item_left_out_of_the_stages_is_named() -> None:
    def change(document: Document) -> None:
        document["stages"][0]["items"].remove("LAND_PLAN")

    found = [f for f in faults_of(planted("GCJS", change)) if f.path == "stages"]
    assert "LAND_PLAN" in found[0].message


def test_an_item_in_two_stages_is_an_error() -> None:
    def change(document: Document) -> None:
        document["stages"][1]["items"].append("LAND_PLAN")

    found = [f for f in faults_of(planted("GCJS", change)) if f.path == "stages[ST2].items"]
    assert "ST1" in found[0].message


def warnings_of(document: Document) -> list[Fault]:
    return [f for f in faults_of(document) if f.severity == "warning"]


def test_an_unknown_key_is_named_but_does_not_forbid_publishing() -> None:
    document = planted("XSECS", put("items", "HUKOU", "mood", "good"))
    assert [f.path for f in warnings_of(document) if "mood" in f.message] == ["items[HUKOU].mood"]
    assert not [f for f in faults_of(document) if f.severity == "error"]


def test_a_promise_shorter_than_its_longest_path_is_a_warning_with_both_figures_and_the_path() -> None:
    document = planted("XSECS", put("clock", "committed", "n", 2))
    found = next(f for f in warnings_of(document) if f.path == "clock.committed")
    assert "2 个工作日" in found.message
    assert "BIRTH_CERT（1 个工作日） → HUKOU（3 个工作日）" in found.message


def test_a_deferral_longer_than_its_item_is_a_warning() -> None:
    document = planted("XSECS", put("materials", "M_DISCHARGE", "deferrable", "n", 30))
    assert any(f.path == "materials[M_DISCHARGE].deferrable" for f in warnings_of(document))


def test_a_repeating_section_without_an_end_is_a_warning() -> None:
    document = planted("XSECS", drop("form", "sections", "s_child", "repeat", "max"))
    assert any(f.path == "form.sections[s_child].repeat" for f in warnings_of(document))


def test_a_matter_the_catalogue_does_not_know_is_a_warning() -> None:
    document = planted("XSECS", put("items", "HUKOU", "matter", "brand_new"))
    assert any(f.path == "items[HUKOU].matter" for f in warnings_of(document))


@pytest.mark.parametrize("document", [None, [], "x", 5, {}, {"items": None}, {"schema": 1, "items": [[]]}])
def test_what_is_no_definition_at_all_has_faults_and_raises_nothing(document: Any) -> None:
    assert any(f.severity == "error" for f in lint(document, library.registry()))


def test_a_definition_of_another_schema_is_refused() -> None:
    document = planted("XSECS", put("schema", 2))
    assert [f.path for f in faults_of(document)] == ["schema"]
