"""The words of the picture: what goes in (nodes and edges) and what comes out (bands, cards, threads)."""

from __future__ import annotations

from dataclasses import dataclass

PLAN_STATES = frozenset({"", "plan", "maybe"})


@dataclass(frozen=True, slots=True)
class FlowNode:
    """An item in the picture.

    `state`: plan, maybe (before filing); done, doing, retry, you, wait, party, paused, bad, gone (live).
    `note`: what is said under the title: "公安，通常 2 天" in a plan, "办好 11-23" or "等您补 1 样" when live.
    `wave`: 1 and up; None lets the dependencies decide.
    """

    key: str
    title: str
    dept_code: str
    dept_short: str
    state: str
    note: str
    wave: int | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class FlowEdge:
    """`target` starts when `source` is through; `label` names what flows: "出生证号"."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A node in its place: column and grid row of the map, `span` rows high."""

    node: FlowNode
    column: int
    row: int
    span: int
    after: tuple[str, ...]

    @property
    def middle(self) -> int:
        """Y of the middle in drawing units."""
        return (self.row - 1) * 40 + self.span * 20

    @property
    def place(self) -> str:
        """Grid classes of the card."""
        return f"c{self.column} r{self.row} t{self.span}"

    @property
    def live(self) -> bool:
        """Whether the node tells a state of a running case."""
        return self.node.state not in PLAN_STATES


@dataclass(frozen=True, slots=True)
class Thread:
    """A drawn edge: from `source` to `target` (node keys, or start and end), an SVG path and its classes."""

    source: str
    target: str
    path: str
    classes: str


@dataclass(frozen=True, slots=True)
class Wave:
    """Items that may run at the same time."""

    number: int
    title: str
    note: str
    cards: tuple[Card, ...]
    passing: int = 0

    @property
    def sign(self) -> str:
        """The number in a circle."""
        return chr(0x2460 + self.number - 1) if self.number <= 20 else f"{self.number}."


@dataclass(frozen=True, slots=True)
class Band:
    """Up to four waves on one line of the map, with its hubs and threads."""

    waves: tuple[Wave, ...]
    threads: tuple[Thread, ...]
    width: int
    height: int
    start_row: int
    end_row: int
    first: bool
    last: bool

    @property
    def rows(self) -> int:
        """How many grid rows the band has, heads and passing threads included."""
        return self.height // 40

    @property
    def wide(self) -> int:
        """How many columns the band has."""
        return len(self.waves)


@dataclass(frozen=True, slots=True)
class Gap:
    """The space between two packed waves, with the threads that cross it (units 48 by 100)."""

    threads: tuple[Thread, ...]


@dataclass(frozen=True, slots=True)
class LaneStep:
    """One packed wave and the gap after it; `wide` waves take the room that is left."""

    wave: Wave
    wide: bool
    gap: Gap | None


@dataclass(frozen=True, slots=True)
class FlowPicture:
    """The picture of the items, ready for `{% flow picture %}`: bands of a map, or lanes when many run at once."""

    label: str
    live: bool
    finished: bool
    bands: tuple[Band, ...]
    lanes: tuple[tuple[LaneStep, ...], ...]
    states: tuple[str, ...]
    start_word: str
    end_word: str
    updated: str
