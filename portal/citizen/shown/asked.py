"""All situation questions of a draft on one page: what is still open, and what stands chosen with where it is from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from bundles import forms
from portal.citizen.language import lang
from portal.citizen.shown.situations import Screen, screens


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. `answer` says in words what is chosen; `source` names the registers that suggested it."""

    screen: Screen
    answer: str = ""
    source: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        return f"q-{self.screen.id}"


@dataclass(frozen=True, slots=True)
class Questions:
    """`open` are asked; `ready` stand folded with what is chosen, to look at; `settled` were answered a page ago."""

    open: Sequence[Asked]
    ready: Sequence[Asked]
    settled: Sequence[Asked]

    @property
    def mistakes(self) -> list[dict[str, str]]:
        """What the summary of errors says, with the way to each question."""
        found = (one for one in self.open if one.error)
        return [{"href": f"#{one.name}", "text": f"{one.screen.title} {one.error}"} for one in found]


def questions(context: forms.Context, selection: forms.Selection, lacking: Collection[str] = ()) -> Questions:
    """The questions with what registers suggest preselected; nothing is folded while somebody changes answers.

    `lacking`: ids of questions that were sent without an answer.
    """
    suggested = forms.suggested(context, selection, lang())
    answered = context.answers.get("guidance") or {}
    shown = [_asked(screen, suggested, lacking) for screen in _screens(context, selection, suggested)]
    is_first = any(one.screen.id not in answered for one in shown)
    settled = [one for one in shown if is_first and one.screen.id in answered]
    ready = [one for one in shown if (known := suggested.get(one.screen.id)) is not None and known.is_whole]
    return Questions([one for one in shown if one not in (*settled, *ready)], ready, settled)


def _screens(
    context: forms.Context, selection: forms.Selection, suggested: Mapping[str, forms.Suggestion]
) -> Sequence[Screen]:
    """The questions with the suggestions chosen: what is asked stays what the answers alone say."""
    chosen = {name: one.value for name, one in suggested.items()}
    guidance = {**chosen, **(context.answers.get("guidance") or {})}
    return screens(replace(context, answers={**context.answers, "guidance": guidance}), selection)


def _asked(screen: Screen, suggested: Mapping[str, forms.Suggestion], lacking: Collection[str]) -> Asked:
    chosen = [choice.title for choice in screen.choices if choice.chosen]
    answer = "、".join(chosen) or _("都不选")
    source = suggested[screen.id].source if screen.id in suggested else ""
    return Asked(screen, answer, source, _("请选一项") if screen.id in lacking else "")
