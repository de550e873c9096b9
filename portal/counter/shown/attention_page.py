"""One attention on its page: the body by its shape, every try, what was heard, who did what, what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries import AttentionPage
from cases.queries.attention_page import ActDone, HeardMessage, SentValue, Try
from portal.counter.shown.masks import shape
from portal.ui import words

TRY_LOOKS = {"done": "done", "refused": "bad", "due": "doing", "cancelled": "gone", "superseded": "gone"}
VERDICT_LOOKS = {"applied": "done", "stale": "wait", "contradiction": "bad", "late": "you"}
ACT_LOOKS = {"handed_up": "bad", "given_up": "bad", "settled": "done", "accepted": "done", "retried": "doing"}


@dataclass(frozen=True, slots=True)
class ValueLine:
    label: str
    text: str
    masked: bool


@dataclass(frozen=True, slots=True)
class TryLine:
    title: str
    key: str
    look: str
    word: str
    text: str
    when: datetime


@dataclass(frozen=True, slots=True)
class HeardLine:
    id: str
    title: str
    look: str
    word: str
    reasons: tuple[str, ...]
    values: tuple[ValueLine, ...]
    when: datetime


@dataclass(frozen=True, slots=True)
class DoneLine:
    when: datetime
    title: str
    who: str
    text: str
    look: str
    evidence: str
    href: str


def body_shown(values: Iterable[SentValue], *, revealed: bool) -> tuple[ValueLine, ...]:
    """The body by its shape; `revealed` shows what it says, after a reason was given and recorded."""
    return tuple(_value(one, revealed) for one in values)


def _value(one: SentValue, revealed: bool) -> ValueLine:
    masked = not (one.is_plain or revealed)
    return ValueLine(one.label, shape(one.value) if masked else _plain(one.value), masked)


def _plain(value: object) -> str:
    return (_("是") if value else _("否")) if isinstance(value, bool) else str(value)


def tries_shown(tries: Sequence[Try]) -> tuple[TryLine, ...]:
    return tuple(_try(one) for one in tries)


def _try(one: Try) -> TryLine:
    titles = {
        "file": _("申请"),
        "supplement": _("补正内容"),
        "withdraw": _("撤回通知"),
        "change": _("改计划"),
    }
    parts = [ngettext("送了 %(count)s 次", "送了 %(count)s 次", one.tries) % {"count": one.tries}]
    if one.error:
        parts.append(_("最近一次：%(error)s") % {"error": one.error})
    if one.is_on_its_way:
        parts.append(_("正在送"))
    elif one.next_at:
        parts.append(_("下次 %(when)s") % {"when": words.moment_in_words(one.next_at)})
    return TryLine(
        title=titles.get(one.purpose, one.purpose),
        key=one.key,
        look=TRY_LOOKS.get(one.state, "wait"),
        word=one.state_label,
        text=" · ".join(parts),
        when=one.made_at,
    )


def heard_shown(messages: Sequence[HeardMessage], *, revealed: bool) -> tuple[HeardLine, ...]:
    return tuple(_message(one, revealed) for one in messages)


def _message(one: HeardMessage, revealed: bool) -> HeardLine:
    verdicts = {
        "applied": _("已生效"),
        "stale": _("过时，没有生效"),
        "contradiction": _("与先到的决定不一致，没有生效"),
        "late": _("结束以后才到，没有生效"),
        "waiting": _("已收存，还没有生效"),
    }
    return HeardLine(
        id=str(one.id),
        title=" · ".join(part for part in (status_word(one.status), one.receipt_no) if part),
        look=VERDICT_LOOKS.get(one.verdict, "wait"),
        word=verdicts.get(one.verdict, one.verdict),
        reasons=tuple(text for text in one.reasons if text),
        values=body_shown(one.values, revealed=revealed),
        when=one.at,
    )


def status_word(status: str) -> str:
    """A status of the contract in words."""
    known = {
        "received": _("收件"),
        "accepted": _("受理"),
        "special_procedure": _("特别程序"),
        "special_procedure_ended": _("特别程序结束"),
        "supplement": _("要求补正"),
        "approved": _("同意"),
        "rejected": _("不予批准"),
        "not_accepted": _("不予受理"),
        "withdrawn": _("已撤回"),
        "result_corrected": _("结果更正"),
        "result_revoked": _("结果撤销"),
    }
    return known.get(status, status)


def acts_shown(page: AttentionPage) -> tuple[DoneLine, ...]:
    return tuple(_act(one) for one in page.done)


def _act(one: ActDone) -> DoneLine:
    heard = {
        "answered": _("部门答复了"),
        "never_seen": _("部门说没有收到过"),
        "unknown": _("没有得到可靠的答复"),
    }
    said = heard.get(str(one.facts.get("heard", "")), "") if one.kind == "asked" else ""
    return DoneLine(
        when=one.at,
        title="：".join(part for part in (one.title, said) if part),
        who=one.who,
        text=one.text,
        look=ACT_LOOKS.get(one.kind, ""),
        evidence=one.evidence,
        href=reverse("counter:attention_evidence", args=[one.id]) if one.evidence else "",
    )


def correction_shown(page: AttentionPage) -> tuple[ValueLine, ...]:
    """The values that wait for a second person: who confirms them has to see them."""
    waiting = page.correction
    return tuple(_value(one, True) for one in waiting.values) if waiting else ()
