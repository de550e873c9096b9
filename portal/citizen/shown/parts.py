"""The small things that components draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Crumb:
    """A place above the page; the last one is the page itself."""

    title: str
    href: str = ""


def trail(*places: Crumb) -> tuple[Crumb, ...]:
    """From the home page to here."""
    return (Crumb(_("首页"), reverse("citizen:home")), *places)


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value."""

    name: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go."""

    title: str
    href: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the three answers at the top of a case page."""

    question: str
    icon: str
    big: str
    text: str = ""
    tone: str = ""
    pips: Sequence[str] = ()
    action_title: str = ""
    action_href: str = ""
    more_title: str = ""
    more_href: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the task list."""

    title: str
    href: str
    text: str
    state: str
    word: str
    number: int
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something to mend, with the way to its field."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Received:
    """What one department receives of a page."""

    code: str
    short: str
    count: int
    labels: str
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """A result as a paper one can hold."""

    title: str
    dept_code: str
    dept_short: str
    when: str
    facts: Sequence[Fact]
    text: str
    acts: Sequence[Link] = field(default=())
    qr: str = ""
    mark: str = ""
