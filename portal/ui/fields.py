"""One question of a form as the page shows it: what the `field` component needs, whatever built the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bundles.forms.words import WORDED

# By field type: (input type, keyboard, autocomplete, longest)
_TYPING = {
    "text": ("text", "", "off", 200),
    "id_number": ("text", "", "off", 18),
    "uscc": ("text", "", "off", 18),
    "phone": ("tel", "tel", "tel", 20),
    "email": ("email", "email", "email", 120),
    "date": ("date", "", "off", None),
    "datetime": ("datetime-local", "", "off", None),
    "integer": ("text", "numeric", "off", 12),
    "number": ("text", "decimal", "off", 20),
    "money": ("text", "decimal", "transaction-amount", 20),
    "bank_card": ("text", "numeric", "off", 23),
    "plate": ("text", "", "off", 10),
    "region": ("text", "", "off", 60),
}
_SHORT = frozenset({"date", "datetime", "integer", "number", "money", "plate", "phone"})
_CODES = frozenset({"id_number", "uscc", "plate"})
_SEGMENT_LETTERS = 12
_RADIOS = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to pick; `note` explains it, `effect` says what it changes ("多办 1 件").

    `is_closed`: what was answered before rules it out; it stays to be seen, or is `is_away` where many are ruled out.
    """

    value: str
    title: str
    note: str = ""
    effect: str = ""
    chosen: bool = False
    is_closed: bool = False
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class Receiver:
    """A department that will read this field."""

    code: str
    short: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer the person has kept elsewhere and may take over by a press; `label` says what it answers there."""

    id: str
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field on the page. `type` is one of the field types of a bundle definition.

    `source` is the chip under a prefilled value ("医院分娩记录，今天 21:06 取来"); `locked` shows the value only, with
    `wrong_href` behind 信息不对?. `check` is the address that answers while typing is left (empty: no check).
    `form` is the id of the form it belongs to where it stands outside of it. `fill`: the autocomplete word where the
    answer is about the person who types ("tel", "name"), `off` where it is about somebody else. `offers`: answers kept
    in the profile, each put in by a press and never by itself; `near`: answers of the same part of the same form.
    `closed` says which answers are ruled out, and why.
    """

    name: str
    label: str
    type: str
    value: str = ""
    choices: Sequence[Choice] = ()
    hint: str = ""
    error: str = ""
    required: bool = True
    locked: bool = False
    source: str = ""
    unit: str = ""
    receivers: Sequence[Receiver] = ()
    wrong_href: str = ""
    id: str = ""
    shown: str = ""
    form: str = ""
    fill: str = ""
    offers: Sequence[Offer] = ()
    near: Sequence[Offer] = ()
    closed: str = ""

    @property
    def dom_id(self) -> str:
        """The id that labels and the error summary point to."""
        return self.id or "f-" + self.name.replace(".", "-")

    @property
    def control(self) -> str:
        """Which input part draws it: line, long, choose, segments, picks, checks, file."""
        if self.type in ("longtext", "address"):
            return "long"
        if self.type == "multi":
            return "checks"
        if self.type == "bool" or (self.type in ("enum", "region") and self.choices):
            return self._choice_control()
        return "file" if self.type == "file" else "line"

    def _choice_control(self) -> str:
        letters = sum(len(choice.title) for choice in self.choices)
        plain = not any(choice.note or choice.effect for choice in self.choices)
        if plain and len(self.choices) <= 3 and letters <= _SEGMENT_LETTERS:
            return "segments"
        return "picks" if len(self.choices) <= _RADIOS else "choose"

    @property
    def is_worded(self) -> bool:
        """The answer is an option in our words, not something that was typed."""
        return self.type in WORDED

    @property
    def grouped(self) -> bool:
        """Several inputs under one legend."""
        return not self.locked and self.control in ("segments", "picks", "checks")

    @property
    def input_type(self) -> str:
        """The type attribute."""
        return self._typing[0]

    @property
    def keyboard(self) -> str:
        """The inputmode attribute: which keys a phone shows."""
        return self._typing[1]

    @property
    def autocomplete(self) -> str:
        """The autocomplete attribute."""
        return self.fill or self._typing[2]

    @property
    def is_code(self) -> bool:
        """Letters and digits that are no words: numbers of cards, companies, vehicles."""
        return self.type in _CODES

    @property
    def longest(self) -> int | None:
        """The maxlength attribute."""
        return self._typing[3]

    @property
    def _typing(self) -> tuple[str, str, str, int | None]:
        return _TYPING.get(self.type, _TYPING["text"])

    @property
    def short(self) -> bool:
        """Narrow input for short answers."""
        return self.type in _SHORT

    @property
    def described_by(self) -> str:
        """Ids of hint and error, as they are read out."""
        said = {"h": self.hint, "c": self.closed, "e": self.error}
        ids = [f"{self.dom_id}-{mark}" if text else "" for mark, text in said.items()]
        return " ".join(part for part in ids if part)

    @property
    def answer(self) -> str:
        """What a locked field shows: the chosen answer's title, not its code."""
        titles = [choice.title for choice in self.choices if choice.chosen]
        return self.shown or "、".join(titles) or self.value
