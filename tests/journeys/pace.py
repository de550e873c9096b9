"""How long a person takes, worked out and not measured: reading, finding, tapping, typing on a phone.

The figures are slow for somebody who is used to a phone and say nothing of the machine: `docs/performance.md` tells
them. Texts beside the way (help, legal basis, who receives what) are there for whoever wants them and not counted.
"""

from __future__ import annotations

from collections import Counter
from math import ceil

from playwright.sync_api import Page

READ_PER_S = 7.0  # Chinese characters read with care
LOOK_S = 0.5  # at a value that is there already
FIND_S = 1.0  # to what is asked next
TAP_S = 1.0
STROKES_PER_S = 3.0
STROKES_OF_A_CHARACTER = 3  # by pinyin, with the choice among the characters offered
PHOTO_S = 12.0  # to lay a paper down, take it, look at it
PAGE_S = 1.0  # until the next page stands still
# What somebody reads of a page who just wants it done: its title, what is asked or to be agreed to, what is wrong. Of a
# field that is filled in already its value is looked at, and so is every line before handing in.
READ = """() => {
  const seen = (one) => one.checkVisibility() && !one.closest("template, .vh");
  const letters = (one) => one.innerText.replace(/\\s/g, "").length;
  // Of a list that opens one line is looked for; who receives an answer stands there for whoever asks; some words are
  // for screen readers alone.
  const not_read = "select, .sees, .vh";
  const beside = (one) => [...one.querySelectorAll(not_read)].filter((part) => !part.parentElement.closest(not_read));
  const length = (one) => beside(one).reduce((left, part) => left - letters(part), letters(one));
  // A field without a control is locked: a register has filled it in.
  const controls = (field) => [...field.querySelectorAll("input, select, textarea")];
  const is_held = (field) => !controls(field).length || controls(field).some((one) =>
    ["radio", "checkbox"].includes(one.type) ? one.checked : one.value !== "" && one.type !== "hidden");
  const fields = [...document.querySelectorAll("main [data-field]")].filter(seen);
  const open = fields.filter((one) => !is_held(one));
  const asked = [...document.querySelectorAll(
    "main h1, main legend, main form .pick, main .ready__said > b, main .fix, main .error, main .note, " +
    "main .card.sum dl")]
    .filter((one) => seen(one) && !one.closest("[data-field]"));
  const whole = asked.filter((one) => !asked.some((other) => other !== one && other.contains(one)));
  const papers = [...document.querySelectorAll("main section:has(#todo) .slot")].filter(seen);
  const words = [...whole, ...open, ...papers].reduce((sum, one) => sum + length(one), 0);
  const lines = document.querySelectorAll("main section:not([aria-labelledby=go]) dl.facts > div");
  const ready = [...document.querySelectorAll("main .ready:not([open])")].filter(seen).length;
  return [words, fields.length - open.length + ready + (document.querySelector("[name=declared]") ? lines.length : 0)];
}"""


def strokes(text: str) -> int:
    """Touches of the keyboard for a text."""
    return sum(1 if char.isascii() else STROKES_OF_A_CHARACTER for char in text)


class Pace:
    """What a person has spent so far, in seconds by what it went to."""

    def __init__(self) -> None:
        self.spent_s: Counter[str] = Counter()

    def come_to(self, page: Page) -> None:
        """A page has come up: wait for it, read what it asks."""
        characters, values = page.evaluate(READ)
        self._spend("pages", PAGE_S)
        self._spend("reading", characters / READ_PER_S)
        self._spend("looking", values * LOOK_S)

    def type(self, text: str) -> None:
        self._spend("taps", FIND_S + TAP_S)
        self._spend("typing", strokes(text) / STROKES_PER_S)

    def choose(self) -> None:
        """One of a list that opens."""
        self._spend("taps", FIND_S + 2 * TAP_S)

    def tap(self) -> None:
        self._spend("taps", FIND_S + TAP_S)

    def photograph(self) -> None:
        self._spend("photos", PHOTO_S + 2 * TAP_S)

    @property
    def whole_s(self) -> int:
        return ceil(sum(self.spent_s.values()))

    def __str__(self) -> str:
        parts = ", ".join(f"{what} {round(seconds)} s" for what, seconds in self.spent_s.most_common())
        return f"{self.whole_s // 60} min {self.whole_s % 60} s ({parts})"

    def _spend(self, what: str, seconds: float) -> None:
        self.spent_s[what] += seconds  # type: ignore[assignment]
