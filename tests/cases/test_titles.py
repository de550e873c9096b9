"""What a case is called, in both languages."""

from __future__ import annotations

import pytest

from bundles import queries
from bundles.spec import BundleSpec
from cases.queries.titles import title_of_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]


@pytest.fixture
def spec() -> BundleSpec:
    return queries.published("XSECS").spec


def test_a_case_is_called_in_chinese_as_it_was_filed(spec: BundleSpec) -> None:
    assert title_of_case("陈一诺的新生儿出生一件事", spec) == "陈一诺的新生儿出生一件事"
    assert title_of_case(None, spec) == "新生儿出生一件事"


def test_in_english_the_bundle_comes_first_and_names_stay(spec: BundleSpec) -> None:
    assert title_of_case("陈一诺、陈一言的新生儿出生一件事", spec, "en") == f"{spec.en}: 陈一诺, 陈一言"
    assert title_of_case("新生儿出生一件事", spec, "en") == spec.en
    assert title_of_case(None, spec, "en") == spec.en


def test_a_title_of_an_earlier_definition_stays_as_it_was(spec: BundleSpec) -> None:
    assert title_of_case("陈一诺的出生一件事", spec, "en") == "陈一诺的出生一件事"
