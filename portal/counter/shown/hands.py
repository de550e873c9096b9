"""The own post as forms: e-mail, being away, handing everything over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cases.queries.desk_people import Colleague, Post
from portal.ui import words
from portal.ui.fields import Choice, FieldView


@dataclass(frozen=True, slots=True)
class PostShown:
    """`away` says until when one is away and who stands in; empty while one is there."""

    reach: tuple[FieldView, ...]
    leave: tuple[FieldView, ...]
    hand_over: FieldView | None
    is_head: bool
    away: str


def post_shown(
    post: Post, colleagues: Sequence[Colleague], typed: Mapping[str, str], faults: Mapping[str, str]
) -> PostShown:
    """Everything as it stands, or as it was typed where something was wrong."""
    substitute = next((one.name for one in colleagues if one.id == post.substitute_id), "")
    until = words.day_in_words(post.away_until)
    away = _("到%(day)s不在岗，%(name)s代班") if substitute else _("到%(day)s不在岗，没有人代班")
    return PostShown(
        reach=(_email(post, typed, faults), _digest(post)),
        leave=(
            _date("away_from", _("从哪天起"), post.away_from, typed, faults),
            _date("away_until", _("到哪天"), post.away_until, typed, faults),
            to_whom("substitute", _("代班人"), colleagues, typed, faults, required=False),
        ),
        hand_over=to_whom("hand_over.to", _("交给谁"), colleagues, typed, faults) if colleagues else None,
        is_head=post.is_head,
        away=away % {"day": until, "name": substitute} if post.is_away else "",
    )


def to_whom(
    name: str,
    label: str,
    colleagues: Sequence[Colleague],
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    required: bool = True,
) -> FieldView:
    """Colleagues to choose from; who is away says so."""
    picked = typed.get(name, "")
    choices = tuple(Choice(str(one.id), _called(one), chosen=str(one.id) == picked) for one in colleagues)
    return FieldView(name, label, "enum", picked, choices, error=faults.get(name, ""), required=required)


def _called(one: Colleague) -> str:
    parts = [_("负责人")] if one.is_head else []
    if one.away_until:
        parts.append(_("到%(day)s不在岗") % {"day": words.short_day(one.away_until)})
    return f"{one.name}（{'，'.join(parts)}）" if parts else one.name


def _email(post: Post, typed: Mapping[str, str], faults: Mapping[str, str]) -> FieldView:
    value, hint = typed.get("email", post.email), _("信里只有件数、事项和编号，没有申请人的信息")
    return FieldView("email", _("工作邮箱"), "email", value, hint=hint, error=faults.get("email", ""), required=False)


def _digest(post: Post) -> FieldView:
    chosen = "true" if post.wants_digest else "false"
    choices = tuple(Choice(v, title, chosen=v == chosen) for v, title in (("true", _("要")), ("false", _("不要"))))
    return FieldView("digest", _("工作日早上的汇总"), "bool", chosen, choices)


def _date(name: str, label: str, value: date | None, typed: Mapping[str, str], faults: Mapping[str, str]) -> FieldView:
    shown = typed.get(name, value.isoformat() if value else "")
    return FieldView(name, label, "date", shown, error=faults.get(name, ""))
