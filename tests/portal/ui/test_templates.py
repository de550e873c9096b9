"""House rules of templates, style sheets and scripts, read from the files."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.template.loader import get_template, render_to_string

from portal.ui.gallery import samples
from portal.ui.stylesheet import ORDER

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
SHEETS = sorted((ROOT / "static" / "css").rglob("*.css"))
ICONS = {
    symbol.get("id", "").removeprefix("i-")
    for symbol in ElementTree.parse(ROOT / "static" / "icons.svg").getroot().iter("{http://www.w3.org/2000/svg}symbol")
}
NAMESPACES = ("http://www.w3.org/",)


def named(paths: list[Path]) -> list:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


class Inline(HTMLParser):
    """Finds inline scripts, styles and handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]


# Files that people keep and open without the portal carry their looks with them.
TAKEN_ALONG = {"own_copy.html"}
PAGES = [path for path in TEMPLATES if "notifications" not in path.parts and path.name not in TAKEN_ALONG]


@pytest.mark.parametrize("path", named(PAGES))
def test_a_template_has_no_inline_script_or_style(path: Path) -> None:
    parser = Inline()
    parser.feed(re.sub(r"\{[%#].*?[%#]\}", "", path.read_text(encoding="utf-8")))
    assert parser.found == []


@pytest.mark.parametrize("path", named([*TEMPLATES, *SCRIPTS, *SHEETS, ROOT / "static" / "icons.svg"]))
def test_nothing_is_fetched_from_another_host(path: Path) -> None:
    addresses = re.findall(r"https?://[^\s\"'<>)]+|url\(\s*[\"']?//[^)]+", path.read_text(encoding="utf-8"))
    assert [one for one in addresses if not one.startswith(NAMESPACES)] == []


@pytest.mark.parametrize("path", named(sorted((ROOT / "templates" / "components").rglob("*.html"))))
def test_a_component_says_its_parameters_first_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(r"\{# [\w ]+: .+#\}\n", text)
    assert "Parameters:" in text.splitlines()[0] or "Reads" in text.splitlines()[0]
    assert len(text.splitlines()) <= 120


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_an_icon_that_is_named_is_drawn(path: Path) -> None:
    asked = re.findall(r"\{% icon \"(\w+)\"|icon=\"(\w+)\"", path.read_text(encoding="utf-8"))
    assert {one or other for one, other in asked} <= ICONS


@pytest.mark.parametrize("path", named(SCRIPTS))
def test_a_script_is_a_module_under_a_hundred_lines(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    assert re.search(r"^(export |import)", text, flags=re.MULTILINE)
    assert not re.search(r"\beval\(|new Function\(|document\.write", text)


def test_every_style_sheet_is_sent_and_every_one_sent_is_there() -> None:
    assert {str(path.relative_to(ROOT / "static")) for path in SHEETS} == set(ORDER)


@pytest.mark.parametrize(
    "path", named([p for p in SHEETS if p.name not in ("tokens.css", "paper.css", "field.css", "base.css")])
)
def test_only_the_tokens_name_colours(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", text) == []


def test_all_braces_of_the_style_sheet_are_closed() -> None:
    for path in SHEETS:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert text.count("{") == text.count("}"), path


@pytest.mark.parametrize("state", samples()["states"])
def test_a_state_is_icon_and_word_and_colour(state: str) -> None:
    text = render_to_string("components/state.html", {"state": state})
    assert re.search(r'class="state is-\w+"', text)
    assert "#i-" in text
    assert re.sub(r"<[^>]+>", "", text).strip()


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
def test_an_error_page_needs_no_request(name: str) -> None:
    page = get_template(name).render()
    assert "<h1>" in page
    assert "<script" not in page


def test_every_field_type_of_the_definitions_has_an_input() -> None:
    shown = {field.type: render_to_string("components/field.html", {"field": field}) for field in samples()["fields"]}
    kinds = (
        "text longtext id_number uscc phone email date datetime address region enum multi bool integer number money "
    )
    assert set((kinds + "bank_card plate file").split()) <= set(shown)
    assert all(re.search(r"<(input|select|textarea)|class=\"locked\"", text) for text in shown.values())


def test_a_field_in_error_is_tied_to_its_words() -> None:
    field = next(field for field in samples()["fields"] if field.error)
    text = render_to_string("components/field.html", {"field": field})
    assert f'aria-describedby="{field.dom_id}-e"' in text
    assert 'aria-invalid="true"' in text
    assert f'id="{field.dom_id}-e"' in text


def test_what_a_person_typed_is_escaped() -> None:
    from portal.ui.fields import FieldView

    text = render_to_string("components/field.html", {"field": FieldView("a", "<b>", "text", '"><script>')})
    assert "<script>" not in text
    assert "<b>" not in text
