"""Pinyin without tones: which syllables there are, and letters cut into them."""

from __future__ import annotations

from functools import lru_cache

# Beginning of a syllable: its possible ends. A table, because reading them off the dictionary takes seconds.
TABLE = """
    -: a ai an ang ao e en er o ou
    b: a ai an ang ao ei en eng i ian iao ie in ing o u
    c: a ai an ang ao e en eng i ong ou u uan ui un uo
    ch: a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo
    d: a ai an ang ao e ei eng i ian iao ie in ing iu ong ou u uan ui un uo
    f: a an ang ei en eng o ou u
    g: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
    h: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
    j: i ia ian iang iao ie in ing iong iu u uan ue un
    k: a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo
    l: a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu ong ou u uan un uo v
    m: a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u
    n: a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v
    p: a ai an ang ao ei en eng i ian iao ie in ing o ou u
    q: i ia ian iang iao ie in ing iong iu u uan ue un
    r: an ang ao e en eng i ong ou u uan ui un uo
    s: a ai an ang ao e en eng i ong ou u uan ui un uo
    sh: a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo
    t: a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo
    w: a ai an ang ei en eng o ong u
    x: i ia ian iang iao ie in ing iong iu u uan ue un
    y: a an ang ao e i in ing ong ou u uan ue un
    z: a ai an ang ao e ei en eng i ong ou u uan ui un uo
    zh: a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo
"""
LONGEST = 6


@lru_cache(maxsize=2048)
def as_syllables(letters: str) -> tuple[str, ...]:
    """Latin letters cut into syllables, as few as do; empty where they are none. The last may be unfinished."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST), end):
            before, piece = best[start], letters[start:end]
            unfinished = end == len(letters) and bool(before) and piece in BEGINNINGS
            if before is not None and (piece in SYLLABLES or unfinished):
                best[end] = _shorter(best[end], (*before, piece))
    return best[-1] or ()


def _shorter(one: tuple[str, ...] | None, other: tuple[str, ...]) -> tuple[str, ...]:
    return other if one is None or len(other) < len(one) else one


def _all() -> frozenset[str]:
    rows = (row.split(": ") for row in TABLE.strip().splitlines())
    return frozenset(begin.strip().strip("-") + end for begin, ends in rows for end in ends.split())


SYLLABLES = _all()
BEGINNINGS = frozenset(one[:n] for one in SYLLABLES for n in range(1, len(one) + 1))
