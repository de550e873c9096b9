"""What a person typed, read in several ways: characters, sounds, Latin words, initials, letters in a row.

A wrong character of the same sound keeps its sounds, a slip of a letter keeps most of its letters, so that nothing
has to be corrected before it is looked up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bundles.words import HAN, LATIN, bigrams, runs, syllables

LONGEST_QUERY = 60
# What asks without saying what for. The first are gaps between words, the second stand within them (生了孩子).
FILLERS = re.compile(
    "一件事|一类事|怎么办理|如何办理|怎么办|怎么弄|怎么搞|怎么样|怎么|怎样|如何|咋个办|咋个弄|咋个搞|咋个|咋办|咋弄|咋搞|咋|"
    "在哪里办|去哪里办|在哪里|去哪里|在哪儿|去哪儿|哪些地方|哪个地方|什么地方|哪里|哪儿|去哪|在哪|边度|点样|"
    "(?:需要|都要|还要|要)?(?:准备|提交|提供|带)?(?:什么|哪些|啥)(?:材料|资料|手续|证件|东西)|"
    "要什么|要办什么|要办哪些|要带什么|带什么|什么|哪些|带啥|要啥|啥|"
    "(?:要|得)?(?:多久|多长时间|几天|几时)|(?:要|得)?(?:花|交)?多少钱|需要|能不能|可不可以|可以|能吗|是不是|有没有|"
    "我想要|我想|我要|我们|你们|请问|想要|想|手续|流程|办理|申请|办个|去办|要办|帮我|给我"
)
PARTICLES = re.compile("[了的吗呢吧啊呀嘛哦]")
FILLER_WORDS = frozenset(
    "a an the to of for how do does i we want my me is in on at and with need get please can where what".split()
)
PART = re.compile(f"{HAN.pattern}|{LATIN.pattern}")
VARIANTS = 6
# How much each way of reading Chinese says: two characters, two sounds, one character, one sound.
PAIR, SOUNDS, ONE, SOUND = 1.0, 0.6, 0.3, 0.1

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as looked up: its Chinese runs, and its Latin words without those that say nothing."""

    text: str
    chinese: tuple[str, ...]
    latin: tuple[str, ...]
    parts: tuple[str, ...]  # both, in their order

    @property
    def letters(self) -> str:
        return "".join(self.latin)


def normalise(text: str) -> str:
    """A query in one form: width, case, blanks, and what asks without saying what for taken out."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_QUERY]).lower().strip()
    kept = PARTICLES.sub("", FILLERS.sub(" ", plain))
    return " ".join(kept.split()) or plain


def asked(text: str) -> Asked:
    chinese, latin = runs(text)
    words = [word for word in latin if word not in FILLER_WORDS] or latin
    parts = [part for part in PART.findall(text.lower()) if part in words or not part.isascii()]
    return Asked(text, tuple(chinese), tuple(words), tuple(parts))


def variants(query: str, everyday: Mapping[str, Sequence[str]]) -> list[Asked]:
    """The query as typed, and as it reads with everyday words put into plain ones (细路 is 孩子)."""
    found = [query]
    for word in sorted((word for word in everyday if word in query), key=len, reverse=True):
        fresh = [text.replace(word, plain) for text in found if word in text for plain in everyday[word]]
        found += [text for text in fresh if text not in found]
    return [asked(text) for text in [found[0], *sorted(found[1:], key=_still(everyday))][:VARIANTS]]


def _still(everyday: Mapping[str, Sequence[str]]) -> Callable[[str], int]:
    return lambda text: sum(len(word) for word in everyday if word in text)


def characters(run: str) -> dict[str, float]:
    """A Chinese run by its characters and sounds, alone and in pairs, with what each says."""
    spoken = [sound for sound in syllables(run) if sound]
    found = {f"y:{sound}": SOUND for sound in spoken} | {f"u:{one}": ONE for one in run}
    found |= {f"s:{pair}": SOUNDS for pair in pairs(spoken)}
    if len(run) > 1:
        found |= {f"b:{pair}": PAIR for pair in bigrams(run)}
    return found


def sounds(spoken: Sequence[str]) -> dict[str, float]:
    """Pinyin by its syllables, alone and in pairs."""
    found = {f"y:{sound}": 2 * SOUND for sound in spoken}
    return found | {f"s:{pair}": SOUNDS for pair in pairs(spoken)}


def letter_groups(letters: str) -> dict[str, float]:
    """Three letters in a row, the beginning marked: a slip spoils three of them, the rest stays."""
    marked = f"^{letters}"
    return {f"t:{marked[n : n + 3]}": 1.0 for n in range(len(marked) - 2)}


def stem(word: str) -> str:
    """An English word without its most common endings: retiring, retired and retire are one."""
    for ending in ("ment", "ance", "ence", "ings", "tion", "ing", "ies", "ed", "es", "al", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def pairs(spoken: Sequence[str]) -> Iterable[str]:
    return (f"{a} {b}" for a, b in pairwise(spoken))
