"""The licences of a person as papers one can hold, by whose they are."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from bundles.spec.registry import LicenceKind
from cases.queries.licences import LicenceCard
from portal.citizen.language import lang
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.parts import Certificate, Fact, Link
from portal.ui import licences as said
from portal.ui import words


def groups(held: Sequence[LicenceCard]) -> list[tuple[str, list[Certificate]]]:
    """In force, by whose they are; groups without any are left out."""
    titles = {"own": _("本人的"), "child": _("孩子的"), "issued": _("为别人办的")}
    found = [
        (title, [card(one) for one in held if one.is_in_force and one.role == role]) for role, title in titles.items()
    ]
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


def kinds(found: Sequence[LicenceKind]) -> list[tuple[str, str]]:
    """What can be fetched: code and name in the language of the page, with who issues it."""
    english = lang() == "en"
    return [(kind.code, f"{kind.en if english and kind.en else kind.zh} · {short_of(kind.dept)}") for kind in found]
