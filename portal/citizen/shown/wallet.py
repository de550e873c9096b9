"""The licences of a person as papers one can hold, by whose they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from bundles.spec.registry import LicenceKind
from cases.queries.holding import OTHER, Held, HeldKind
from cases.queries.licences import LicenceCard
from portal.citizen.language import lang
from portal.citizen.shown import outcomes
from portal.citizen.shown.departments import department, short_of
from portal.citizen.shown.narrowing import Entry, Narrowing, address_with, narrowing
from portal.citizen.shown.paging import counted, number_of
from portal.citizen.shown.parts import Certificate, Fact, Link
from portal.ui import licences as said
from portal.ui import words
from portal.ui.parts import Filter
from portal.ui.script import traditional

A_PAGE = 12
MOST_TYPED = 40
ENDED = "ended"
# What a wallet can be narrowed by, as the address says it.
FACETS: Mapping[str, Callable[[HeldKind], str]] = {
    "whose": lambda one: one.shelf,
    "dept": lambda one: one.dept_code,
    "kind": lambda one: one.title_zh,
}


class Shelf:
    """The part of a wallet that an address asks for: the kinds that are left, the ways to narrow it, the page.

    In force is what is shown first; a few need neither search nor facets.
    """

    def __init__(self, kinds: Sequence[HeldKind], asked: Mapping[str, str], address: str) -> None:
        self._everything, self._address = kinds, address
        self._chosen = {key: asked[key] for key in ("standing", *FACETS) if asked.get(key)}
        if self._chosen.get("standing") != ENDED:
            self._chosen.pop("standing", None)
        self.q = asked.get("q", "").strip()[:MOST_TYPED]
        self._meant = [one for one in kinds if _is_called(one, self.q.lower())]
        self.kinds = [one for one in self._meant if self._fits(one, self._chosen)]
        self.found = sum(one.count for one in self.kinds)
        self.pages = counted(address, self._kept, number_of(asked.get("page", "")), total=self.found, each=A_PAGE)

    @property
    def offset(self) -> int:
        return (self.pages.number - 1) * A_PAGE

    @property
    def codes(self) -> list[str]:
        """The kinds of licences that are held, in force or not."""
        return [one.code for one in self._everything if one.shelf != OTHER]

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(one.count for one in self._everything)

    @property
    def is_ended(self) -> bool:
        return "standing" in self._chosen

    @cached_property
    def standings(self) -> Sequence[Filter]:
        """In force or not, each with how many; nothing to choose where everything is in force."""
        good = sum(one.count for one in self._everything if one.is_in_force)
        if good == self.total:
            return ()
        ended = address_with(self._address, {"standing": ENDED})
        return (
            Filter(_("有效"), self._address, not self.is_ended, good),
            Filter(_("已失效"), ended, self.is_ended, self.total - good),
        )

    @cached_property
    def narrowing(self) -> Narrowing | None:
        """By kind, department and whose they are; None where they fit on a page."""
        of_standing = [one for one in self._everything if one.is_in_force != self.is_ended]
        if sum(one.count for one in of_standing) <= A_PAGE:
            return None
        found = narrowing(self._address, self._kept, self._groups(of_standing))
        return replace(found, all_href=address_with(self._address, {"standing": ENDED} if self.is_ended else {}))

    @property
    def _kept(self) -> dict[str, str]:
        return {**self._chosen, **({"q": self.q} if self.q else {})}

    def _groups(self, kinds: Sequence[HeldKind]) -> Iterator[tuple[str, Sequence[Entry]]]:
        words = {"dept": lambda one: short_of(one.dept_code), "kind": lambda one: one.title, "whose": _whose}
        for key, title in (("whose", _("谁的")), ("dept", _("部门")), ("kind", _("种类"))):
            said = {FACETS[key](one): str(words[key](one)) for one in kinds}
            entries = [(key, value, word, self._left(key, value)) for value, word in said.items()]
            yield title, sorted(entries, key=lambda entry: -entry[3]) if len(entries) > 1 else ()

    def _left(self, key: str, value: str) -> int:
        """How many one more condition would leave."""
        chosen = {**self._chosen, key: value}
        return sum(one.count for one in self._meant if self._fits(one, chosen))

    def _fits(self, one: HeldKind, chosen: Mapping[str, str]) -> bool:
        if one.is_in_force == (chosen.get("standing") == ENDED):
            return False
        return all(FACETS[key](one) == value for key, value in chosen.items() if key in FACETS)


def _is_called(one: HeldKind, typed: str) -> bool:
    """Whether it or its department is called like what was typed, in whichever characters."""
    if not typed:
        return True
    known = department(one.dept_code)
    names = [one.title_zh, one.title, *((known.name, known.short, known.en) if known else ())]
    return any(typed in name.lower() for name in (*names, *map(traditional, names)))


def groups(held: Held) -> list[tuple[str, list[Certificate]]]:
    """By whose they are, and what is no licence; groups without any are left out."""
    titles = {"own": _("本人的"), "child": _("孩子的"), "issued": _("为别人办的")}
    found = [(title, [card(one) for one in held.licences if one.role == role]) for role, title in titles.items()]
    found.append((_("其他结果"), [outcomes.certificate(case_id, one) for case_id, one in held.results]))
    return [(title, cards) for title, cards in found if cards]


def card(one: LicenceCard) -> Certificate:
    """A licence with the first of its facts on its face; long numbers are masked there."""
    return Certificate(
        title=one.title,
        dept_code=one.dept_code,
        dept_short=short_of(one.dept_code),
        when=words.day_in_words(one.issued_at),
        facts=[Fact(fact.label, said.masked(fact.value)) for fact in one.facts],
        text=_text(one),
        acts=_acts(one),
    )


def _text(one: LicenceCard) -> str:
    if one.is_withheld:
        return _("已经办好，缴费后领取。")
    if not one.is_in_force:
        return _("%(state)s，不能再用。") % {"state": one.state_label}
    return f"{said.term_of(one)}{_('；')}{said.use_of(one)}"


def _acts(one: LicenceCard) -> tuple[Link, ...]:
    if one.is_withheld and one.case_id:
        return (Link(_("去缴费"), reverse("citizen:pay", args=[one.case_id]), "right"),)
    opened = Link(_("打开"), reverse("citizen:licence", args=[one.id]), "eye")
    verify = Link(_("验真"), reverse("citizen:verify_mark", args=[one.mark]), "scan") if one.mark else None
    return (opened, verify) if verify else (opened,)


def _whose(one: HeldKind) -> str:
    return {"own": _("本人的"), "child": _("孩子的"), "issued": _("经我办件发出的")}.get(one.shelf) or _("其他结果")


def kinds(found: Sequence[LicenceKind]) -> list[tuple[str, str]]:
    """What can be fetched: code and name in the language of the page, with who issues it."""
    english = lang() == "en"
    return [(kind.code, f"{kind.en if english and kind.en else kind.zh} · {short_of(kind.dept)}") for kind in found]
