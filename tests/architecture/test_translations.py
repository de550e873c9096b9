"""Every text of the interface has its English: what the source marks stands in the catalogue, translated."""

from __future__ import annotations

import ast
import gettext
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
APPS = ("bundles", "cases", "integrations", "portal")
CALLS = frozenset("_ gettext gettext_lazy gettext_noop ngettext ngettext_lazy".split())
HAN = re.compile(r"[\u3400-\u9fff]")
STRING = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
MARKED = re.compile(rf"\b(?:gettext|_|ngettext)\(({STRING})")
# Papers of a procedure and messages are written in the language of the procedure (行政许可法: Chinese).
CHINESE_ALWAYS = ("documents", "notifications")
# The gallery shows components with samples, and the little marks of departments are drawings.
SAMPLES = ("ui/components.html", "ui/paper_sample.html", "citizen/parts/hero_art.html")


@pytest.mark.skipif(shutil.which("msgattrib") is None, reason="needs gettext")
@pytest.mark.parametrize("kind", ["--untranslated", "--only-fuzzy"])
def test_no_text_of_the_catalogue_lacks_its_english(kind: str) -> None:
    found = subprocess.run(
        ["msgattrib", kind, "--no-obsolete", str(CATALOGUE)], capture_output=True, text=True, check=True
    )
    assert [line for line in found.stdout.splitlines() if line.startswith("msgid") and line != 'msgid ""'] == []


def test_every_marked_text_of_a_page_stands_in_the_catalogue() -> None:
    known = _catalogue()
    missing = {(str(path), text) for path, text in _marked_in_pages() if HAN.search(text) and text not in known}
    assert missing == set()


def test_every_marked_text_of_the_code_stands_in_the_catalogue() -> None:
    known = _catalogue()
    missing = {(str(path), text) for path, text in _marked_in_code() if HAN.search(text) and text not in known}
    assert missing == set()


def test_no_text_of_a_page_stands_there_unmarked() -> None:
    assert {found for path in _pages() for found in _unmarked(path)} == set()


def _catalogue() -> frozenset[str]:
    """Every text with an English one, as the pages use it; of those with a plural the first form."""
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        kept = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return frozenset(key[0] if isinstance(key, tuple) else key for key in kept)


def _pages() -> list[Path]:
    pages = sorted((ROOT / "templates").rglob("*.html"))
    return [path for path in pages if not set(CHINESE_ALWAYS) & set(path.parts)]


def _marked_in_pages() -> Iterator[tuple[Path, str]]:
    for path in _pages():
        for literal in MARKED.findall(templatize(path.read_text(encoding="utf-8"))):
            yield path.relative_to(ROOT), ast.literal_eval(literal)


def _marked_in_code() -> Iterator[tuple[Path, str]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield from ((path.relative_to(ROOT), text) for text in _texts(call))


def _texts(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.Call):
        return []
    name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
    said = node.args[:1] if name in CALLS else []
    return [one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _unmarked(path: Path) -> Iterator[tuple[str, str]]:
    """Chinese that no translation is asked for; not what a field begins with, nor what an element says is Chinese."""
    if str(path).endswith(SAMPLES):
        return
    text = path.read_text(encoding="utf-8")
    for gone in (
        r"\{#.*?#\}",
        r"\{% comment.*?endcomment %\}",
        r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}",
        r"<(\w+)[^>]*\slang=\"zh[^>]*>.*?</\1>",
        r"\{%.*?%\}|\{\{.*?\}\}",
        r"\svalue=\"[^\"]*\"",
    ):
        text = re.sub(gone, "", text, flags=re.DOTALL)
    for found in re.finditer(r"[^\n<>\"]*[\u3400-\u9fff][^\n<>\"]*", text):
        yield str(path.relative_to(ROOT)), found[0].strip()
