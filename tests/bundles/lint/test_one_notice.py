"""Terms of the one notice: a bundle may be stricter than the law, never laxer."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from bundles.lint import lint
from bundles.spec import dump, load
from bundles.spec.one_notice import OneNotice
from tests.factories.library import document, registry


def with_terms(terms: Any) -> dict[str, Any]:
    return {**deepcopy(document("XSECS")), "one_notice": terms}


@pytest.mark.parametrize(
    ("terms", "path", "words"),
    [
        ({"collect": 6}, "one_notice.collect", "不能超过 5 个工作日"),
        ({"collect": -1}, "one_notice.collect", "整数"),
        ({"answer": 0}, "one_notice.answer", "不小于 1"),
        ({"answer": "5"}, "one_notice.answer", "整数"),
        ({"wait": 3}, "one_notice.wait", "只有"),
        (5, "one_notice", "只有"),
    ],
)
def test_terms_outside_the_law_are_found_行政许可法_32_1_4(terms: Any, path: str, words: str) -> None:
    found = [(fault.path, fault.message) for fault in lint(with_terms(terms), registry())]
    assert [message for where, message in found if where == path and words in message]


def test_terms_of_its_own_are_read_and_written_back() -> None:
    own = with_terms({"collect": 2, "answer": 10})
    spec = load(own)
    assert spec.one_notice == OneNotice(collect=2, answer=10)
    assert dump(spec) == own
    assert not [fault for fault in lint(own, registry()) if fault.path.startswith("one_notice")]
