"""A suggestion names options of its question, reads what stands before it, and can be read at all."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from bundles.lint import lint
from bundles.spec import dump, load
from tests.factories.library import document, registry

WRONG: list[tuple[str, str, Any, str, str]] = [
    ("XSECS", "marital", '"engaged" if fact("api:MARRIAGE_INFO@mother.status") == "20" else None', "", "没有选项"),
    ("XSECS", "marital", 'fact("api:MARRIAGE_INFO@mother.status")', "", "选项值 if 条件"),
    ("XSECS", "marital", '"married" if fact("api:MARRIAGE_INFO@mother.state") == "20" else None', "", "state"),
    ("XSECS", "marital", '"married" if hukou_with == "mother" else None', "", "不能读 hukou_with"),
    ("XSECS", "marital", '"married" if', "", ""),
    ("XSECS", "marital", {"married": "True"}, "", "单选题"),
    ("XSECS", "marital", 7, "", "应为"),
    ("XSECS", "extra", '"pay"', "", "多选题"),
    ("XSECS", "extra", {"toys": "True"}, ".toys", "没有选项"),
    ("XSECS", "extra", {"pay": "nobody == 1"}, ".pay", "nobody"),
]


def planted(code: str, name: str, suggest: Any) -> dict[str, Any]:
    changed = deepcopy(document(code))
    next(one for one in changed["guidance"] if one["id"] == name)["suggest"] = suggest
    return changed


@pytest.mark.parametrize(("code", "name", "suggest", "end", "words"), WRONG)
def test_a_wrong_suggestion_is_found_at_its_place(code: str, name: str, suggest: Any, end: str, words: str) -> None:
    path = f"guidance[{name}].suggest{end}"
    found = [(fault.severity, fault.path, fault.message) for fault in lint(planted(code, name, suggest), registry())]
    assert any(level == "error" and at == path and words in said for level, at, said in found), found


def test_an_answer_that_ends_the_filing_is_a_warning() -> None:
    found = lint(planted("XSECS", "born_at", '"elsewhere"'), registry())
    said = [fault.message for fault in found if fault.path == "guidance[born_at].suggest"]
    assert ["终止" in one for one in said] == [True]
    assert [fault.severity for fault in found if fault.path == "guidance[born_at].suggest"] == ["warning"]


def test_a_suggestion_comes_out_as_it_went_in() -> None:
    for suggest in ('"married"', {"pay": "True"}):
        given = planted("XSECS", "extra" if isinstance(suggest, Mapping) else "marital", suggest)
        assert dump(load(given)) == given
