"""People who have to agree: how each stands, and what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.queries.task_list import PartyView
from portal.ui import words
from portal.ui.parts import Told

_LOOKS = {"not_asked": "todo", "asked": "party", "agreed": "done", "declined": "bad"}


@dataclass(frozen=True, slots=True)
class ShownParty:
    """Somebody else who must act."""

    id: UUID
    name: str
    role: str
    phone: str
    state: str
    word: str
    story: Sequence[Told]
    invite: str
    may_uninvite: bool


def shown(party: PartyView) -> ShownParty:
    """A party of the case with its story."""
    return ShownParty(
        id=party.id,
        name=party.name or party.label,
        role=party.label,
        phone=words.mask_phone(party.phone) if party.phone else "",
        state=_LOOKS.get(party.state, "party"),
        word=party.state_label,
        story=_story(party),
        invite=_invite(party),
        may_uninvite=party.state == "asked",
    )


def _invite(party: PartyView) -> str:
    if party.state == "agreed":
        return ""
    return _("发短信请对方确认") if party.state == "not_asked" else _("再发一次")


def _story(party: PartyView) -> list[Told]:
    story = []
    if party.asked_at:
        story.append(Told(words.moment_in_words(party.asked_at), _("已发短信请对方确认"), "doing"))
    if party.answered_at and party.state in ("agreed", "declined"):
        word = _("对方同意了") if party.state == "agreed" else _("对方没有同意")
        story.append(Told(words.moment_in_words(party.answered_at), word, "done" if party.state == "agreed" else "bad"))
    if party.state == "asked":
        story.append(_link(party))
        story.append(Told(_("对方同意后"), _("您这边都好了的话，自动提交，并发短信告诉您"), next=True))
    return story


def _link(party: PartyView) -> Told:
    """How long the link of the message opens; the request itself waits in the person's own list."""
    if party.link_until is None or party.link_until <= timezone.now():
        return Told(_("链接已过期"), _("可以再发一次；对方登录后在“授权”里也能看到"), "you")
    text = _("链接%(when)s前有效；对方登录后在“授权”里也能看到") % {"when": words.moment_in_words(party.link_until)}
    return Told(_("现在"), text, "party")
