"""Messages on their way to the phone: claimed by the batch, sent outside of any transaction, tried again until taken.

A gateway that is away loses nothing: what is due stays due, one batch tries whether it is back, the rest follows. What
says the same within an hour goes once, and the news of a minute go as one message. What is refused for good, or nobody
took for days, is put before a person; it can be read in the portal all the while.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from bundles import queries
from cases import outbox, ports
from cases.actions.desk import attention
from cases.actions.dialogue.heeding import heeded, muted_among, with_reason
from cases.actions.engine import rounds
from cases.actions.engine.background import Background
from cases.actions.engine.locking import lock_case
from cases.models import Attention, Notification
from cases.ports import Message, Sending
from cases.queries.message_texts import NoSuchText, Text, sending, text_of
from cases.queries.quiet import after_quiet

log = structlog.get_logger(__name__)
State = Notification.State
NAME = "dialogue.messaging.carry"
BATCH = 50
LEASE = timedelta(seconds=60)
SAME_WITHIN = timedelta(hours=1)
ON_ITS_WAY = (State.DUE, State.SENT)
LINES_IN_DIGEST = 4


def look_round() -> int:
    """ON_SWEEP: see to it that what is due is carried; the sweep itself never waits for a gateway."""
    if not _due(timezone.now()).exists():
        return 0
    if settings.NUDGE_THROUGH_BROKER:
        _carrier.wake()
        return 0
    return carry()


def carry() -> int:
    """Try one batch; how many messages were tried. What a batch failed over goes by itself from then on."""
    due = _due(timezone.now())
    failed = rounds.failing(NAME)
    done = _carry_together(due.exclude(pk__in=failed))
    return done + rounds.each(NAME, due.filter(pk__in=failed).order_by("next_at"), _carry_alone)


def _carry_together(due: QuerySet[Notification]) -> int:
    rows = due.order_by("next_at")
    try:
        claimed = _claim(due)
        rows = Notification.objects.filter(pk__in=[row.pk for row in claimed], state=State.DUE).order_by("pk")
        _send(claimed)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.warning("messages.not_together", error=type(error).__name__)
        return rounds.each(NAME, rows, _carry_alone)
    return len(claimed)


def _carry_alone(message_id: UUID) -> int:
    claimed = _claim(Notification.objects.filter(pk=message_id, state=State.DUE), is_alone=True)
    _send(claimed)
    return len(claimed)


def _send(claimed: list[Notification]) -> None:
    """Put them into words, hand them to the gateway, and write down what became of each."""
    if not claimed:
        return
    muted = muted_among(claimed)
    texts = [_words(row, speaks_for, muted) for row, speaks_for in _with_those_within(claimed)]
    sendable = [row for row, text in zip(claimed, texts, strict=True) if text is not None]
    messages = [_message(row, text) for row, text in zip(claimed, texts, strict=True) if text is not None]
    outcomes = dict(zip([row.pk for row in sendable], ports.notifier().send(messages), strict=True))
    _record([(row, outcomes.get(row.pk, Sending("refused", "没有这条消息的文字"))) for row in claimed])


# ---- claimed ------------------------------------------------------------------------------------------------


def _due(now: datetime) -> QuerySet[Notification]:
    return Notification.objects.filter(state=State.DUE, next_at__lte=now)


@transaction.atomic
def _claim(due: QuerySet[Notification], *, is_alone: bool = False) -> list[Notification]:
    """Lease of what is due, what is waited for first; what another one speaks for goes with it, but for one alone."""
    now = timezone.now()
    asked = Q(template__in=sending().asked)
    due = due.select_for_update(skip_locked=True).order_by("next_at")
    rows = list(due.filter(asked)[:BATCH])
    rows += due.exclude(asked)[: BATCH - len(rows)]
    leads = heeded(rows, now) if is_alone else _merged(heeded(rows, now), now)
    held = [row.pk for row in leads]
    Notification.objects.filter(pk__in=held).update(tries=F("tries") + 1, next_at=now + LEASE)
    for row in leads:
        row.tries += 1
    return leads


def _merged(rows: Sequence[Notification], now: datetime) -> list[Notification]:
    """The messages that go by themselves; the others are merged into them. What was tried once stays as it is."""
    fresh: dict[tuple[Any, ...], list[Notification]] = defaultdict(list)
    alone = []
    for row in rows:
        if row.tries or row.case_id is None:
            alone.append(row)
        else:
            fresh[row.case_id, row.to].append(row)
    if not fresh:
        return alone
    earlier = _earlier(rows, now)
    for (case_id, to), mine in fresh.items():
        alone += _leads(sorted(mine, key=lambda one: one.at), earlier[case_id, to])
    return alone


def _earlier(rows: Sequence[Notification], now: datetime) -> dict[tuple[Any, ...], list[Notification]]:
    """What went to the same numbers about the same cases within the hour, and what waits to be told with others."""
    cases = {row.case_id for row in rows if row.case_id}
    around = Notification.objects.filter(case_id__in=cases, at__gt=now - SAME_WITHIN, state__in=ON_ITS_WAY)
    found: dict[tuple[Any, ...], list[Notification]] = defaultdict(list)
    for row in around.exclude(pk__in=[row.pk for row in rows]).select_for_update(skip_locked=True).order_by("at"):
        found[row.case_id, row.to].append(row)
    return found


def _leads(mine: list[Notification], around: list[Notification]) -> list[Notification]:
    """Of the new messages of one case to one number those that go; each of the others goes within one of them."""
    leads: list[Notification] = []
    known = [row for row in around if row.state == State.SENT or row.tries]
    for row in mine:
        twin = next((one for one in known if _says_the_same(one, row)), None)
        if twin is not None:
            _merge(row, twin)
        else:
            known.append(row)
            leads.append(row)
    return _digested(leads, [row for row in around if row not in known])


def _digested(leads: list[Notification], waiting: list[Notification]) -> list[Notification]:
    news = [row for row in leads if row.template in sending().digest]
    if not news:
        return leads
    for row in [*news[1:], *(one for one in waiting if one.template in sending().digest)]:
        _merge(row, news[0])
    return [row for row in leads if row.state != State.MERGED]


def _says_the_same(one: Notification, other: Notification) -> bool:
    return one.template == other.template and one.values == other.values


def _merge(row: Notification, into: Notification) -> None:
    row.state, row.within, row.next_at, row.closed_at = State.MERGED, into, None, timezone.now()
    row.save(update_fields=["state", "within", "next_at", "closed_at"])


# ---- in words -----------------------------------------------------------------------------------------------


def _with_those_within(rows: Sequence[Notification]) -> Iterable[tuple[Notification, list[Notification]]]:
    within: dict[UUID, list[Notification]] = defaultdict(list)
    for one in Notification.objects.filter(within__in=[row.pk for row in rows]).order_by("at"):
        if one.within_id:
            within[one.within_id].append(one)
    return [(row, within[row.pk]) for row in rows]


def _words(row: Notification, speaks_for: Sequence[Notification], muted: Mapping[Any, Any]) -> Text | None:
    """The text that goes to the phone: the message's own, or one for all that are told with it."""
    try:
        others = [one for one in speaks_for if not _says_the_same(one, row)]
        if not others:
            return with_reason(row, text_of(row.template, row.values), muted)
        lines = list(dict.fromkeys(_line(one) for one in (row, *others)))
        more = f"等 {len(lines)} 项" if len(lines) > LINES_IN_DIGEST else ""
        values = {**row.values, "count": str(len(lines)), "news": "；".join(lines[:LINES_IN_DIGEST]) + more}
        return with_reason(row, text_of("digest", values), muted)
    except NoSuchText as error:
        log.error("message.no_text", message=str(row.pk), error=str(error))
        return None


def _line(row: Notification) -> str:
    title = text_of(row.template, row.values).title
    item = row.values.get("item")
    return f"{item}：{title}" if item else title


def _message(row: Notification, text: Text) -> Message:
    return Message(row.to or "", row.template, row.values, str(row.pk), text.title, text.body)


# ---- what became of them ------------------------------------------------------------------------------------


def _record(ended: Sequence[tuple[Notification, Sending]]) -> None:
    now = timezone.now()
    _close([row for row, how in ended if how.kind == "sent"], State.SENT, now)
    _close([row for row, how in ended if how.kind == "kept"], State.KEPT, now)
    for row, how in ended:
        if how.kind == "refused":
            _end(row, State.REFUSED, how.detail, now)
        elif how.kind == "later":
            _put_off(row, how, now)
    if all(how.kind == "later" for _, how in ended):
        _wait_for_the_gateway(now)
    _reached({row.case_id for row, how in ended if how.kind == "sent" and row.case_id})


def _close(rows: Sequence[Notification], state: State, now: datetime) -> None:
    if rows:
        held = Notification.objects.filter(pk__in=[row.pk for row in rows], state=State.DUE)
        held.update(state=state, next_at=None, closed_at=now, reason="")


def _end(row: Notification, state: State, why: str, now: datetime) -> None:
    """It will not reach the phone: a person of the leading department sees to it, where there is a case."""
    with transaction.atomic():
        case = lock_case(row.case_id) if row.case_id else None
        held = Notification.objects.filter(pk=row.pk, tries=row.tries, state=State.DUE)
        if held.update(state=state, next_at=None, closed_at=now, reason=why[:200]) and case is not None:
            raised = attention.raise_attention(case, Attention.Reason.UNREACHED, detail=why)
            if not raised.owner:
                raised.owner = queries.version(case.bundle_version_id).spec.lead
                raised.save(update_fields=["owner"])


def _put_off(row: Notification, how: Sending, now: datetime) -> None:
    """Later, with jitter or as the gateway says, never at night; once nobody needs it any more it is given up."""
    wait_s = how.retry_after_s if how.retry_after_s is not None else outbox.backoff_s(row.tries)
    if now - row.at > sending().lasts_for(row.template):
        _end(row, State.GIVEN_UP, how.detail, now)
        return
    again = after_quiet(row.template, now + timedelta(seconds=min(wait_s, 3600)))
    held = Notification.objects.filter(pk=row.pk, tries=row.tries, state=State.DUE)
    held.update(next_at=again, reason=how.detail[:200])


def _wait_for_the_gateway(now: datetime) -> None:
    """Nobody took anything: what else is due waits until after the next probe."""
    ahead = Notification.objects.filter(state=State.DUE, next_at__gt=now)
    probe = ahead.order_by("next_at").values_list("next_at", flat=True).first()
    if probe is not None:
        behind = _due(now).update(next_at=probe + timedelta(seconds=1))
        log.warning("messages.gateway_away", behind=behind)


def _reached(case_ids: set[UUID]) -> None:
    """A message arrived: nobody has to look for the person any more."""
    open_ones = Attention.objects.filter(case_id__in=case_ids, reason=Attention.Reason.UNREACHED, closed_at=None)
    for case_id in open_ones.values_list("case_id", flat=True) if case_ids else ():
        with transaction.atomic():
            attention.close(lock_case(case_id), Attention.Reason.UNREACHED, sub=None)


# ---- the thread ---------------------------------------------------------------------------------------------


_carrier = Background("messages", carry)
