"""What is measured of a page, and the budgets it is held to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# Compressed, without pictures; seconds on the throttled profile; the sum of layout shifts.
WEIGHT_KB, PAINT_S, SHIFT = 100.0, 1.0, 0.05
# Lighthouse's "slow 4G": 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back.
THROTTLED = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8 * 0.9,
    "uploadThroughput": 750_000 / 8 * 0.9,
}
GRAVE = ("serious", "critical")
NARROW = 320


@dataclass(slots=True)
class Figures:
    """One page in one look. What was not measured is None or empty."""

    page: str
    mode: str
    status: int = 0
    weight_kb: float | None = None
    paint_s: float | None = None
    shift: float | None = None
    grave: list[str] = field(default_factory=list)
    minor: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)
    fallback: list[str] = field(default_factory=list)  # Chinese on an English page, marked as such
    complaints: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    is_open: bool = False

    def over(self) -> Iterator[str]:
        """Every budget that is not kept, in words."""
        for name, unit, value, most in (
            ("weight", "KB", self.weight_kb, WEIGHT_KB),
            ("first paint", "s", self.paint_s, PAINT_S),
            ("layout shift", "", self.shift, SHIFT),
        ):
            if value is not None and value > most:
                yield f"{name} {value:.2f} {unit} > {most:g}".replace("  ", " ")
        for name in ("missing", "grave", "sideways", "headings", "unmarked", "foreign", "turned", "complaints"):
            for one in getattr(self, name):
                yield f"{name}: {one}"
