"""What a person types finds what the person means."""

from __future__ import annotations

import pytest

from bundles import queries
from bundles.models import Bundle, Synonym
from bundles.search import search

pytestmark = pytest.mark.django_db


def first(text: str) -> str:
    hits = search(text)
    return hits[0].code if hits else ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("出生", "XSECS"),
        ("新生儿出生", "XSECS"),
        ("xinshenger", "XSECS"),
        ("xin sheng er chu sheng", "XSECS"),
        ("XSECS", "XSECS"),
        ("生孩子", "XSECS"),
        ("我要生孩子怎么办", "XSECS"),
        ("having a baby", "XSECS"),
        ("Having a Baby", "XSECS"),
        ("ＸＳＥＣＳ", "XSECS"),
        ("上户口", "XSECS"),
        ("退休", "TXYJS"),
        ("tuixiu", "TXYJS"),
        ("开饭店", "CYKB"),
        ("买房", "BDCN"),
        ("公积金", "GJJTQ"),
        ("gongjijin", "GJJTQ"),
        ("渣土车", "ZTYS"),
        ("开公司", "KBQY"),
        ("注销公司", "QYZX"),
        ("老人补贴", "GLJT"),
        ("残疾证", "CJRFW"),
    ],
)
def test_a_bundle_is_found_first(text: str, code: str) -> None:
    assert first(text) == code


def test_initials_find_everything_that_begins_so() -> None:
    assert {"XSECS", "XSEYB"} <= {hit.code for hit in search("xse")}


@pytest.mark.parametrize("text", ["xinshengerr", "xinsheger", "新声儿", "babby"])
def test_a_small_slip_is_forgiven(text: str) -> None:
    assert "XSECS" in {hit.code for hit in search(text)[:2]}


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "%", "'", "\\", "不存在的东西吗", "qqqqqq", "x" * 5000, "&|!():*<->"]
)
def test_what_means_nothing_finds_nothing_and_raises_nothing(text: str) -> None:
    assert search(text) == ()


def test_matters_follow_the_bundles_and_say_where_they_belong() -> None:
    hits = search("社会保障卡申领", limit=20)
    kinds = [hit.kind for hit in hits]
    assert kinds == sorted(kinds)
    card = next(hit for hit in hits if hit.code == "sbk_apply")
    assert {"XSECS", "DXSCB"} <= set(card.bundles)


def test_no_more_is_given_than_asked_for() -> None:
    assert len(search("登记", limit=3)) == 3


def test_an_administrator_adds_a_way_of_saying_it() -> None:
    assert first("迎接小天使") != "XSECS"
    Synonym.objects.create(word="迎接小天使", bundle=Bundle.objects.get(code="XSECS"))
    queries.forget()
    assert first("迎接小天使") == "XSECS"


def test_a_disabled_bundle_is_not_offered() -> None:
    Bundle.objects.filter(code="XSECS").update(enabled=False)
    queries.forget()
    assert "XSECS" not in {hit.code for hit in search("出生")}
