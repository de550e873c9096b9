"""Codes of registers and fixed words of papers, as people read them."""

from __future__ import annotations

import pytest

from bundles.forms import display
from bundles.forms.coded import code_label, place_name, term
from tests.factories.library import registry, spec


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("350203", "示例市思明区", "Siming District, Sample City"),
        ("440305", "广东省（440305）", "Guangdong (440305)"),
        ("990101", "990101", "990101"),
        ("福建厦门", "福建厦门", "福建厦门"),
    ],
)
def test_a_place_is_called_by_its_name_or_by_its_province(value: str, zh: str, en: str) -> None:
    assert (place_name(registry(), value), place_name(registry(), value, "en")) == (zh, en)


def test_a_region_that_a_register_gave_as_a_code_is_shown_in_words() -> None:
    assert display(spec("RCRH"), registry(), "from_region", "420102") == "湖北省武汉市江岸区"


def test_every_label_of_a_licence_and_of_a_result_has_english() -> None:
    labels = {label for kind in registry().licences.values() for _, label, _ in kind.fields}
    labels |= {label for code in BUNDLES for result in spec(code).results for _, label, _ in result.fields}
    assert not {label for label in labels if term(registry(), label, "en") == label}


def test_what_the_terms_lack_stays_chinese() -> None:
    assert term(registry(), "从未见过的栏目", "en") == "从未见过的栏目"
    assert term(registry(), "出生地点", "zh") == "出生地点"


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("marital_status", "20", "已婚", "Married"),
        ("relation_to_head", "20", "子", "Son"),
        ("flag", "CHN", "中国", "China"),
        ("use", "residential", "住宅", "Residential"),
        ("gender", "9", "", ""),
    ],
)
def test_a_value_is_read_by_the_list_of_its_field(name: str, value: str, zh: str, en: str) -> None:
    assert (code_label(registry(), name, value), code_label(registry(), name, value, "en")) == (zh, en)


BUNDLES = (
    "XSECS JYRX QYBG QYZX KBQY GCJS BDCN TXYJS CJRFW RCRH DXSCB XSEYB GLJT WGRGZ QYPC CBJCG ZTYS CYKB GJJTQ"
).split()
