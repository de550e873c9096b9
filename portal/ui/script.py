"""The script of a page: traditional characters for those who read them, and Chinese marked as such where it is foreign.

The source of every page is simplified Chinese. Its sentences and the texts of definitions are turned over as a page
leaves; names, addresses and other things somebody wrote are not, for 后 may be a surname and not 後. These stay:

- what is typed into a field: the value of an input, the text of a textarea;
- elements with `translate="no"`, and those that say their own language, as an official paper does;
- words that the filter `typed` has marked inside a sentence;
- words that were opened from sealed fields while the page was made (portal/ui/own_words.py), wherever they stand.

On an English page, what has no English yet (the name of a law, a term of a definition) is marked as Chinese, so that a
screen reader changes its voice (WCAG 2.2, 3.1.2); and the wide marks that join words of a list or a label and its value
are those of English, unless Chinese stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.utils.html import escape
from opencc import OpenCC

# What the filter `typed` sets around words inside a sentence: characters for private use, never part of a text.
KEEP_FROM, KEEP_TO = "\ue000", "\ue001"
# Characters of the standard of Taiwan (裡 為 著): what the language zh-Hant means where no region is said.
_CONFIGURATION = "s2tw"
_BREAK = "\x1f"
_TAG = re.compile(
    r"<!--.*?-->|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)(?:\"[^\"]*\"|'[^']*'|[^'\">])*>|<![^>]*>", re.DOTALL
)
_KEPT = re.compile(f"{KEEP_FROM}([^{KEEP_TO}]*){KEEP_TO}")
_HAN = re.compile(r"[\u3400-\u9fff]")
# Attributes with words for people; all others are addresses, names of fields, or what somebody typed.
WORD_ATTRIBUTES = (
    "title alt placeholder label content aria-label aria-description aria-valuetext aria-roledescription "
    "data-l data-say data-word data-busy data-copied data-autosave-failed data-upload-done "
    "data-group-added data-group-removed data-said"
).split()
_ATTRIBUTE = re.compile(rf"(\s(?:{'|'.join(WORD_ATTRIBUTES)})=)(\"[^\"]*\"|'[^']*')")
_STAYS = re.compile(r"\s(?:translate=[\"']?no\b|lang=)")
_NEVER = frozenset({"textarea", "script", "style"})
# Elements that hold text and no elements: nothing in them can be marked.
_BARE = _NEVER | {"title", "option", "text", "template"}
# Between two words at least one mark: with none, a text that ends otherwise would be tried in every parting of it.
_CHINESE = re.compile(r"[\u3400-\u9fff]+(?:[\u3000-\u303f\uff01-\uff60·]+[\u3400-\u9fff]+)*")
_WIDE = "\u3000-\u303f\u3400-\u9fff\uff01-\uff60"
_WORDS = re.compile(rf"[{_WIDE}]")
# Marks that join: at the beginning of a text whatever follows, elsewhere between words that are no Chinese.
_JOINT = re.compile(rf"^([，、：；])\s*|(?<![{_WIDE}])([，、：；。！？])(?![{_WIDE}])\s*")
_ENGLISH = {"，": ", ", "、": ", ", "：": ": ", "；": "; ", "。": ". ", "！": "! ", "？": "? "}
_BRACKETS = ((re.compile(r"(?<=\S)\s*（\s*"), " ("), (re.compile(r"（\s*"), "("), (re.compile(r"\s*）(?=\w)"), ") "),
             (re.compile(r"\s*）"), ")"))  # fmt: skip
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# The words for people in the answers that scripts ask for.
SENTENCES = frozenset({"saved", "errors", "message", "messages", "said", "say", "title", "text", "hint", "word"})


def as_typed(text: object) -> str:
    """The text, marked so that its characters stay as somebody wrote them."""
    return f"{KEEP_FROM}{text}{KEEP_TO}"


def traditional_page(page: str, own: Collection[str] = ()) -> str:
    """A page of HTML, or a part of one, in traditional characters; `own` are words of people, which stay."""
    pieces = list(_pieces(page, _NEVER))
    turned = iter(_turn([text for text, kind in pieces if kind], _stays(own)))
    return "".join(next(turned) if kind else _KEPT.sub(r"\1", text) for text, kind in pieces)


def marked_page(page: str, own: Collection[str] = ()) -> str:
    """An English page on which Chinese says that it is Chinese, and English has its own marks; `own` stays as it is."""
    if not _WORDS.search(page):
        return page
    stays = _stays(own)
    pieces = ((_pointed(text, stays) if kind else text, kind) for text, kind in _pieces(page, _BARE))
    return "".join(_marked(text) if kind == "text" else text for text, kind in pieces)


def _pointed(text: str, stays: re.Pattern[str]) -> str:
    """With the marks of English where the words are English."""
    if not _WORDS.search(text):
        return text
    return "".join(piece if index % 2 else _english(piece) for index, piece in enumerate(_split(text, stays)))


def _english(text: str) -> str:
    text = _JOINT.sub(lambda found: _ENGLISH[found[1] or found[2]], text)
    if _HAN.search(text):
        return text
    for wide, narrow in _BRACKETS:
        text = wide.sub(narrow, text)
    return text


def _marked(text: str) -> str:
    """In one element, also where the text stood alone: it may be a part of a row."""
    if not _HAN.search(text):
        return text
    marked = _CHINESE.sub(r'<span lang="zh-Hans">\g<0></span>', text)
    return marked if _CHINESE.fullmatch(text.strip()) else f"<span>{marked}</span>"


def traditional(text: str, own: Collection[str] = ()) -> str:
    """A sentence in traditional characters; marked words and those of people stay."""
    return _turn([text], _stays(own))[0]


def traditional_answer(answer: Any, own: Collection[str] = ()) -> Any:
    """The words for people in an answer to a script (JSON); every other value stays."""
    if isinstance(answer, Mapping):
        return {k: _all(v, own) if k in SENTENCES else traditional_answer(v, own) for k, v in answer.items()}
    if isinstance(answer, list):
        return [traditional_answer(one, own) for one in answer]
    return answer


def _all(value: Any, own: Collection[str]) -> Any:
    if isinstance(value, str):
        return traditional(value, own)
    if isinstance(value, Mapping):
        return {key: _all(one, own) for key, one in value.items()}
    return [_all(one, own) for one in value] if isinstance(value, list) else value


def _pieces(page: str, never: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The page in order, piece by piece; words for people are a "text" or an "attribute", all else is ""."""
    at, until = 0, ""
    depth = 0
    for tag in _TAG.finditer(page):
        name, markup = (tag["name"] or "").lower(), tag[0]
        yield page[at : tag.start()], "" if until else "text"
        at = tag.end()
        if until:
            depth += _step(tag, name) if name == until else 0
            until = until if depth else ""
            yield markup, ""
            continue
        if _begins_to_stay(name, markup, never, ends=bool(tag["end"])):
            until, depth = name, 1
            yield markup, ""
        else:
            yield from _attributes(markup)
    yield page[at:], "" if until else "text"


def _step(tag: re.Match[str], name: str) -> int:
    if tag["end"]:
        return -1
    return 0 if tag[0].endswith("/>") else 1


def _begins_to_stay(name: str, markup: str, never: frozenset[str], *, ends: bool) -> bool:
    if ends or not name or name in _VOID or name == "html" or markup.endswith("/>"):
        return False
    return name in never or _STAYS.search(markup) is not None


def _attributes(markup: str) -> Iterator[tuple[str, str]]:
    if not _WORDS.search(markup) or _STAYS.search(markup):
        yield markup, ""
        return
    at = 0
    for found in _ATTRIBUTE.finditer(markup):
        yield markup[at : found.end(1)], ""
        yield found[2], "attribute"
        at = found.end()
    yield markup[at:], ""


def _stays(own: Collection[str]) -> re.Pattern[str]:
    """Marked words, and those of people: the longer ones first, as they stand in HTML."""
    names = "|".join(re.escape(escape(word)) for word in sorted(own, key=len, reverse=True))
    return re.compile(f"{_KEPT.pattern}|({names})") if names else _KEPT


def _split(text: str, stays: re.Pattern[str]) -> list[str]:
    """Loose and staying pieces in turn, loose ones first; marks are gone."""
    pieces, at = [], 0
    for found in stays.finditer(text):
        pieces += [text[at : found.start()], found[0].strip(KEEP_FROM + KEEP_TO)]
        at = found.end()
    return [*pieces, text[at:]]


def _turn(texts: list[str], stays: re.Pattern[str]) -> list[str]:
    """All of them at once: the dictionary is asked one time a page."""
    parts = [_split(text, stays) for text in texts]
    loose = [piece for part in parts for piece in part[::2]]
    turned = iter(_convert(_BREAK.join(loose)).split(_BREAK))
    return ["".join(piece if index % 2 else next(turned) for index, piece in enumerate(part)) for part in parts]


def _convert(text: str) -> str:
    return str(_dictionary().convert(text)) if _HAN.search(text) else text


@lru_cache(maxsize=1)
def _dictionary() -> OpenCC:
    """Read on first use: it takes half a second."""
    return OpenCC(_CONFIGURATION)
