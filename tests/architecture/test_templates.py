"""Forms in parts of pages: whatever posts carries the token of its page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
INCLUDE = re.compile(r'{%\s*include\s+"([^"]+)"(.*?)%}', re.S)
TOKEN = re.compile(r"{%\s*csrf_token\s*%}")
GIVEN, HANDED_ON = re.compile(r"\bcsrf_token="), re.compile(r'\bcsrf_token=(?!"")')


@cache
def needs_token(name: str) -> bool:
    """Whether a template shows a form for which it must be given the token, itself or by what it includes."""
    path = TEMPLATES / name
    if not path.exists():
        return False
    text = path.read_text(encoding="utf-8")
    return bool(TOKEN.search(text)) or any(
        bool(HANDED_ON.search(words)) if is_alone(words) else needs_token(part) for part, words in INCLUDE.findall(text)
    )


def is_alone(words: str) -> bool:
    """An include with `only` sees nothing of the page around it, the token neither."""
    return re.search(r"\bonly\b", words) is not None


def test_a_part_with_a_form_is_given_the_token() -> None:
    without = [
        f"{path.relative_to(TEMPLATES)}: {part}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for part, words in INCLUDE.findall(path.read_text(encoding="utf-8"))
        if is_alone(words) and needs_token(part) and not GIVEN.search(words)
    ]
    assert without == []
