"""The words of messages, in Chinese and English, on the phone and on the page."""

from __future__ import annotations

import re

import pytest

from bundles import queries
from cases.queries.message_texts import NoSuchText, folder, in_english, sending, template_names, text_of, text_on_page

VALUES = {"bundle": "新生儿出生", "case_no": "350200-XSECS-20261121-000001-J", "link": "https://portal/x"}
NAMES = re.compile(r"\$([a-z_]+)")


def test_a_text_has_a_title_and_a_body_with_the_values_in_it() -> None:
    text = text_of("case_submitted", VALUES)
    assert text.title == "您的申请已提交"
    assert VALUES["case_no"] in text.body and "\n" not in text.title


@pytest.mark.parametrize("nasty", ["$case_no", "${link}", "{{ settings.SECRET_KEY }}", "%(x)s", "$$", "<script>"])
def test_what_somebody_wrote_is_never_read_as_a_template(nasty: str) -> None:
    assert nasty in text_of("case_submitted", {**VALUES, "bundle": nasty}).body


@pytest.mark.parametrize(
    ("template", "values"),
    [("no_such_template", VALUES), ("../settings", VALUES), ("case_submitted", {"bundle": "新生儿出生"})],
)
def test_a_message_without_text_is_a_mistake_of_ours(template: str, values: dict[str, str]) -> None:
    with pytest.raises(NoSuchText):
        text_of(template, values)


@pytest.mark.parametrize("name", sorted(template_names()))
def test_every_template_is_short_and_says_the_same_in_english(name: str) -> None:
    chinese, english = ((folder() / place / f"{name}.txt").read_text("utf-8").strip() for place in ("", "en"))
    title, body = chinese.split("\n", 1)
    assert 0 < len(title) <= 20 and 0 < len(body) <= 140
    assert set(NAMES.findall(chinese)) == set(NAMES.findall(english))
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_what_is_said_about_sending_is_about_templates_there_are() -> None:
    how = sending()
    assert how.asked | how.digest | how.secret | set(how.lasts) <= template_names()
    assert how.secret <= how.asked


def test_on_a_page_the_address_gives_way_to_a_link_beside_it() -> None:
    text = text_on_page("case_submitted", VALUES)
    assert text.body == f"“新生儿出生”已提交，办件编号 {VALUES['case_no']}。各部门会分头办理，进度随时可查。"
    asked = text_on_page("supplement_requested", {**VALUES, "until": "11月30日"})
    assert "要补的内容一次列全在这里。请在 11月30日 前补正" in asked.body


@pytest.mark.django_db
def test_names_and_days_are_english_in_english() -> None:
    published = next(one for one in queries.published_all() if one.code == "XSECS")
    item = published.spec.items[0]
    said = in_english(
        {"item": item.zh, "until": "11月30日", "bundle": published.spec.zh}, published.spec, queries.registry()
    )
    assert said == {"item": item.en, "until": "30 Nov", "bundle": published.spec.en}
