"""The words of people on a page: what was opened from sealed fields while it was made. They keep their characters.

Names, addresses and answers are kept sealed and nowhere else, so whatever is opened for a page is somebody's own, but
for words of ours that are sealed with them (portal/ui/vocabulary.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cases.protection import HEARS

_HAN = re.compile(r"[\u3400-\u9fff]")
_LONGEST = 60
# The heading of a case is a name in a sentence of ours (“陈一诺的新生儿出生一件事”): the name is its beginning.
_HEADINGS = frozenset({"title"})
_FULL_NAME = range(2, 5)


@contextmanager
def own_words() -> Iterator[set[str]]:
    """The set fills while the block runs."""
    heard: set[str] = set()
    before = HEARS.set(lambda field, value: heard.update(_words(field, value)))
    try:
        yield heard
    finally:
        HEARS.reset(before)


def with_masked(words: set[str]) -> set[str]:
    """And the names as they are shown to others: 陈*."""
    return words | {word[0] + "*" * (len(word) - 1) for word in words if len(word) in _FULL_NAME}


def _words(field: str, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        word = value.partition("的")[0] if field in _HEADINGS else value
        if 1 < len(word) <= _LONGEST and _HAN.search(word):
            yield word
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _words("", one)
    elif isinstance(value, list):
        for one in value:
            yield from _words("", one)
