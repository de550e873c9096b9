"""The words of a document's template as blocks of a paper, so that page and PDF say the same from one source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from cases.papers import Block, Heading, Steps, Table, Words

_SPACE = re.compile(r"[ \t\r\n]+")
HEADINGS = ("h2", "h3")
CELLS = ("td", "th")
LEAST_SHARE, MOST_SHARE = 8, 40


def blocks_of(markup: str) -> list[Block]:
    """Paragraphs, numbered lists, headings and tables; within an entry what is bold in front becomes its lead."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.blocks


class _Reader(HTMLParser):
    """Reads the few elements that bodies of documents are written with."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._text = self._lead = ""
        self._is_bold = self._is_note = False
        self._entries: list[tuple[str, str]] = []
        self._rows: list[list[str]] = []
        self._head: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "li", *HEADINGS, *CELLS):
            self._text = self._lead = ""
            self._is_note = "muted" in (dict(attrs).get("class") or "")
        elif tag == "b":
            self._is_bold = not _plain(self._text) and not self._lead
        elif tag == "tr":
            self._rows.append([])

    def handle_data(self, data: str) -> None:
        if self._is_bold:
            self._lead += data
        else:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "b":
            self._is_bold = False
        elif tag in ("p", *HEADINGS):
            self._end_of_words(tag)
        elif tag == "li":
            self._entries.append((_plain(self._lead), _plain(self._text).lstrip("：: ")))
        elif tag in ("ol", "ul"):
            self.blocks.append(Steps(tuple(self._entries)))
            self._entries = []
        elif tag in (*CELLS, "thead", "table"):
            self._end_of_table(tag)

    def _end_of_words(self, tag: str) -> None:
        text = _plain(self._lead + self._text)
        if text:
            self.blocks.append(Heading(text) if tag in HEADINGS else Words(text, is_note=self._is_note))

    def _end_of_table(self, tag: str) -> None:
        if tag in CELLS:
            self._rows[-1].append(_plain(self._lead + self._text))
        elif tag == "thead":
            self._head = self._rows.pop()
        else:
            self.blocks.append(Table(tuple(self._head), tuple(map(tuple, self._rows)), _shares(self._rows)))
            self._rows, self._head = [], []


def _shares(rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """A column is as wide as its longest entry asks for, a sign of a number counting half; none takes all."""
    longest = (max(map(_length, column)) for column in zip(*rows, strict=True))
    return tuple(min(max(length, LEAST_SHARE), MOST_SHARE) for length in longest)


def _length(text: str) -> int:
    return sum(1 if sign.isascii() else 2 for sign in text)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
