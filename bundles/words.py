"""Words of a text for the search: bigrams, pinyin, initials, Latin words.

Chinese needs no dictionary for this: two neighbouring characters are a word that nobody has to know beforehand.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.db.models import Func, Value

HAN = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[a-z0-9]+")
LONGEST = 32  # letters of a pinyin run that are kept: nobody types more before the first hit


def runs(text: str) -> tuple[list[str], list[str]]:
    """Runs of Chinese characters and Latin words of a text, in lower case."""
    lower = text.lower()
    return HAN.findall(lower), LATIN.findall(lower)


def bigrams(run: str) -> list[str]:
    return [run[n : n + 2] for n in range(len(run) - 1)] or [run]


@lru_cache(maxsize=4096)
def syllables(run: str) -> tuple[str, ...]:
    """Pinyin of a Chinese run without tones, one entry a character."""
    # Its dictionary takes a quarter of a second, which most processes never need.
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(run, style=Style.NORMAL, errors="ignore"))


def pinyin_runs(run: str) -> tuple[set[str], set[str]]:
    """Full pinyin and initials from every character on: both are looked up by their beginning."""
    spoken = syllables(run)
    full = {"".join(spoken[n:])[:LONGEST] for n in range(len(spoken))}
    short = {"".join(s[0] for s in spoken[n:])[:LONGEST] for n in range(len(spoken)) if spoken[n]}
    return full, short


def sound_of(text: str) -> str:
    """How a name sounds, for ordering: pinyin of all its characters, Latin words as they are."""
    chinese, latin = runs(text)
    return "".join(["".join(syllables(run)) for run in chinese] or latin)[:80]


def letter_of(text: str) -> str:
    """The letter A to Z under which a name stands; # for one that begins with neither a character nor a letter."""
    first = sound_of(text)[:1].upper()
    return first if "A" <= first <= "Z" else "#"


def lexemes(text: str) -> set[str]:
    """All words under which a text is found."""
    chinese, latin = runs(text)
    found = set(latin)
    for run in chinese:
        full, short = pinyin_runs(run)
        found.update(bigrams(run), [run[-1]], full, short)
    return found


def as_vector(found: set[str]) -> Any:
    """Search words as the database stores them (a tsvector of plain lexemes)."""
    return Func(Value(sorted(found)), function="array_to_tsvector", template="%(function)s(%(expressions)s::text[])")


def as_text(found: set[str]) -> str:
    """The same as the database reads it from a file."""
    return " ".join(_term(word) for word in sorted(found))


def as_query(text: str) -> str:
    """A tsquery that asks for all words of a text; Latin words by their beginning. Empty: nothing to ask."""
    chinese, latin = runs(text)
    terms = [_term(pair) for run in chinese if len(run) > 1 for pair in bigrams(run)]
    terms += [f"{_term(run)}:*" for run in chinese if len(run) == 1]
    terms += [f"{_term(word)}:*" for word in latin]
    return " & ".join(terms)


def _term(word: str) -> str:
    return "'" + word.replace("\\", "").replace("'", "") + "'"
