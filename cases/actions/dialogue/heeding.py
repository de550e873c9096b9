"""What people chose about messages, heeded when these are carried to the phone: by the portal alone, later, or anyway.

A code that somebody waits for goes at once. What the law has told to the person, and what guards the account, goes to
the phone whatever was chosen (`always` in sending.toml), by day, and says why it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import MessageChoice, Notification
from cases.queries.message_texts import Text, sending
from cases.queries.quiet import BY_CHOICE, after_hours, hours_from, hours_until

State = Notification.State


def choose_messages(account_id: UUID, *, on_phone: bool, quiet_from: int, quiet_until: int) -> None:
    """Keep a choice; the hours are never shorter than those of the platform. Raises CaseError."""
    if quiet_from not in hours_from() or quiet_until not in hours_until():
        raise CaseError(_("请从给出的时间里选"))
    values = {"on_phone": on_phone, "quiet_from": quiet_from, "quiet_until": quiet_until, "chosen_at": timezone.now()}
    MessageChoice.objects.update_or_create(account_id=account_id, defaults=values)


def forget_choice(account_id: UUID) -> None:
    """The account is closed: what it chose goes with it."""
    MessageChoice.objects.filter(account_id=account_id).delete()


def heeded(rows: Sequence[Notification], now: datetime) -> list[Notification]:
    """Of claimed messages those that go now. The others wait for the morning, or are read in the portal alone."""
    choices = _choices(rows)
    gone: list[Notification] = []
    for row in rows:
        choice = choices.get(row.account_id)
        if choice is None or row.template in sending().asked:
            gone.append(row)
        elif not choice.on_phone and row.template not in sending().always:
            _keep(row, now)
        elif (again := after_hours(now, choice.quiet_from, choice.quiet_until)) > now:
            Notification.objects.filter(pk=row.pk).update(next_at=again)
        else:
            gone.append(row)
    return gone


def with_reason(row: Notification, text: Text, choices: Mapping[Any, MessageChoice]) -> Text:
    """The text, and why it comes, for somebody who chose to read messages in the portal alone."""
    why = sending().always.get(row.template)
    choice = choices.get(row.account_id)
    if choice is None or choice.on_phone or not why:
        return text
    return Text(text.title, f"{text.body}（您选了只在站内看。{why}，所以仍发到手机。）")


def muted_among(rows: Sequence[Notification]) -> Mapping[Any, MessageChoice]:
    """The choices of those who read messages in the portal alone, by account; one query, none where nobody could."""
    always = [row for row in rows if row.template in sending().always]
    return {key: choice for key, choice in _choices(always).items() if not choice.on_phone}


def _choices(rows: Sequence[Notification]) -> Mapping[Any, MessageChoice]:
    accounts = {row.account_id for row in rows if row.account_id}
    found = MessageChoice.objects.filter(account_id__in=accounts) if accounts else ()
    return {choice.account_id: choice for choice in found}


def _keep(row: Notification, now: datetime) -> None:
    held = Notification.objects.filter(pk=row.pk)
    held.update(state=State.KEPT, next_at=None, closed_at=now, reason=BY_CHOICE)
