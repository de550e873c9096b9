"""Papers to print: what stands on a notice, a receipt or a document (文书), not how it looks; a renderer does that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class CannotPrint(Exception):
    """A paper has a sign that no font of the renderer can draw: `sign` is the first of them."""

    def __init__(self, sign: str) -> None:
        super().__init__(f"no font draws U+{ord(sign[:1] or ' '):04X}")
        self.sign = sign


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading between blocks."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph. `lead` is set off in front of it; `is_note` sets it small."""

    text: str
    lead: str = ""
    is_note: bool = False
    kind: Literal["words"] = "words"


@dataclass(frozen=True, slots=True)
class Steps:
    """A numbered list; each entry is a lead and what follows it."""

    entries: Sequence[tuple[str, str]]
    kind: Literal["steps"] = "steps"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its head; `widths` are shares of the line, one a column."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one pair a line; fingerprints among them."""

    rows: Sequence[tuple[str, str]]
    kind: Literal["facts"] = "facts"


Block = Heading | Words | Steps | Table | Facts


@dataclass(frozen=True, slots=True)
class Signature:
    """Who speaks and on which day; `seal` is drawn where the authority seals its papers."""

    authority: str
    day: str
    seal: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper on A4. `code` is what its QR code says, `code_label` what the code is for; `foot` stands beside it.

    `annex` follows on a page of its own, behind the signature.
    """

    title: str
    number: str
    lang: Literal["zh", "zh-Hant", "en"]
    on: date
    blocks: Sequence[Block]
    to: str = ""
    signed: Signature | None = None
    foot: Sequence[str] = field(default_factory=tuple)
    code: str = ""
    code_label: str = ""
    page_label: str = ""
    annex: Sequence[Block] = ()


class DocumentRenderer(Protocol):
    """Makes a file of a paper: archival and readable aloud (PDF/A-2a, PDF/UA-1)."""

    def pdf(self, paper: Paper) -> bytes:
        """The same paper gives the same bytes. Raises CannotPrint for a sign that no font draws."""


@cache
def document_renderer() -> DocumentRenderer:
    """The renderer that the settings name."""
    return cast(DocumentRenderer, import_string(settings.DOCUMENT_RENDERER)())
