"""The list of pages (pages.yaml): what each is called, who opens it, and how to get there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from devtools.messages import DoorError

FILE = Path(__file__).with_name("pages.yaml")
LEFT_OUT = FILE.with_name("left_out.yaml")
TERMINAL = "kiosk"
_PLACE = re.compile(r"\{([\w.-]+)\}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `path` may name what was prepared, as {done}; `follow` are links clicked from there on. `person` is a
    demo person, @name for whom something prepared belongs to, kiosk or kiosk:lin for a terminal. `shows` is the name
    of the address that the links lead to.
    """

    name: str
    path: str
    person: str = ""
    follow: tuple[str, ...] = ()
    do: tuple[Mapping[str, Any], ...] = ()
    status: int = 200
    prints: bool = False
    shows: str = ""
    is_picture_only: bool = False

    def needs(self) -> frozenset[str]:
        """Names of prepared things in the path, and of the person."""
        whose = {self.person} if self.person.startswith("@") else set()
        return frozenset(_PLACE.findall(self.path)) | whose

    @property
    def is_at_terminal(self) -> bool:
        return self.person.partition(":")[0] == TERMINAL

    def whom(self, prepared: Mapping[str, str]) -> str:
        return prepared[self.person] if self.person.startswith("@") else self.person

    def address(self, prepared: Mapping[str, str]) -> str:
        return _PLACE.sub(lambda found: prepared[found[1]], self.path)


def pages(wanted: str = "") -> list[Page]:
    """All pages of the list, or those whose name holds one of the words, parted by commas."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    listed = [_page(row) for row in rows]
    words = [word for word in wanted.split(",") if word]
    chosen = [page for page in listed if not words or any(word in page.name for word in words)]
    if not chosen:
        raise DoorError(f"没有叫 {wanted} 的页面", f"no page is called {wanted}")
    return chosen


def left_out() -> dict[str, str]:
    """Names of addresses without a picture, each with the reason."""
    reasons = yaml.safe_load(LEFT_OUT.read_text(encoding="utf-8"))
    return {name: reason for reason, names in reasons.items() for name in names}


def _page(row: Mapping[str, Any]) -> Page:
    known = {"name", "path", "as", "follow", "do", "status", "prints", "shows", "looks"}
    if unknown := set(row) - known:
        raise DoorError(f"pages.yaml 里不认识的词：{unknown}", f"unknown words in pages.yaml: {unknown}")
    return Page(
        name=row["name"],
        path=row["path"],
        person=row.get("as", ""),
        follow=tuple(row.get("follow", ())),
        do=tuple(row.get("do", ())),
        status=row.get("status", 200),
        prints=bool(row.get("prints")),
        shows=row.get("shows", ""),
        is_picture_only=bool(row.get("looks")),
    )
