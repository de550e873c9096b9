"""Answers that are ruled out by what was answered before, as a page shows them: which, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from bundles import forms
from portal.citizen.language import lang
from portal.ui.fields import Choice

MOST_NAMED = 3  # more than these are not worth a line each: they are put away


def close(choices: Iterable[Choice], closed: Sequence[forms.Closed]) -> tuple[Choice, ...]:
    """The choices with those marked that cannot be taken; what is chosen already can be."""
    away = _by_value(closed)
    return tuple(
        choice
        if choice.chosen or choice.value not in away
        else replace(choice, is_closed=True, is_away=away[choice.value])
        for choice in choices
    )


def words(closed: Iterable[forms.Closed], titles: Mapping[str, str]) -> str:
    """A sentence for each rule: the answers it rules out by name, where they are few, and its reason."""
    return " ".join(_sentence(one, [titles[value] for value in one.values if value in titles]) for one in closed)


def as_told(closed: Sequence[forms.Closed], titles: Mapping[str, str]) -> dict[str, object]:
    """The same for the script of a page that is open: `away` are not even shown."""
    away = _by_value(closed)
    return {
        "values": list(away),
        "away": [one for one, is_away in away.items() if is_away],
        "words": words(closed, titles),
    }


def _by_value(closed: Iterable[forms.Closed]) -> dict[str, bool]:
    """Whether it is put away, of every value that is ruled out."""
    return {value: len(one.values) > MOST_NAMED for one in closed for value in one.values}


def _sentence(one: forms.Closed, names: Sequence[str]) -> str:
    reason = (one.message_en if lang() == "en" else "") or one.message
    if len(one.values) > MOST_NAMED:
        return _("只列出能选的：%(reason)s") % {"reason": reason}
    quoted = "".join(_("“%(name)s”") % {"name": name} for name in names)
    return _("%(names)s现在选不了：%(reason)s") % {"names": quoted, "reason": reason}
