"""A person's messages as the portal shows them: everything that was told, whatever became of it on the phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from bundles import queries
from bundles.spec import BundleSpec
from cases.models import Case, Notification
from cases.queries.message_texts import NoSuchText, Text, in_english, sending, text_on_page
from cases.queries.people import Person
from cases.queries.quiet import BY_CHOICE
from cases.queries.wording import named

log = structlog.get_logger(__name__)
PAGE = 20
LAST_PAGE = 50
MOST_UNREAD = 99
COUNTED_FOR = timedelta(days=90)  # older ones are not counted as unread any more
SAME_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message in words. `href` is where it leads in the portal, "" for nowhere.

    `was_sent`: to the phone too; `was_muted`: not to the phone, as the person chose.
    """

    id: UUID
    at: datetime
    title: str
    body: str
    href: str
    is_new: bool
    case_id: UUID | None
    bundle: str
    was_sent: bool
    was_muted: bool = False


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of messages, the newest first; `about` are the cases one may narrow it to."""

    rows: tuple[MessageView, ...]
    unread: int
    page: int
    has_more: bool


def inbox(person: Person, lang: str = "zh", *, case_id: UUID | None = None, page: int = 1) -> Inbox:
    """A page of a person's messages; what was said twice within an hour is shown once. Two queries."""
    page = max(1, min(page, LAST_PAGE))
    mine = _messages_of(person).select_related("case")
    if case_id is not None:
        mine = mine.filter(case_id=case_id)
    rows = list(mine.order_by("-at")[(page - 1) * PAGE : page * PAGE + 1])
    shown = [view for row in _once(rows[:PAGE]) if (view := _view(row, lang)) is not None]
    return Inbox(tuple(shown), unread_count(person), page, len(rows) > PAGE)


def unread_count(person: Person) -> int:
    """How many of the last three months nobody has looked at, up to 99. One small query."""
    since = timezone.now() - COUNTED_FOR
    unread = _messages_of(person).filter(read_at=None, at__gt=since)
    return len(unread.values_list("pk", flat=True)[:MOST_UNREAD])


def mark_read(person: Person, ids: Iterable[UUID] | None = None) -> int:
    """The person has seen these, or all there are; how many were new."""
    unread = _messages_of(person).filter(read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=timezone.now())


def message_for(person: Person, message_id: UUID, lang: str = "zh") -> MessageView | None:
    """One message of the person's own; None for any other, as for one that does not exist."""
    row = _messages_of(person).select_related("case").filter(pk=message_id).first()
    return _view(row, lang) if row is not None else None


def _messages_of(person: Person) -> QuerySet[Notification]:
    mine = Notification.objects.filter(account_id=person.pk).exclude(template__in=sending().secret)
    acting = person.acting
    if acting is None:
        return mine
    reach = Q(case__bundle_code__in=acting.bundles) if acting.bundles else Q(case__isnull=False)
    if acting.cases_since is not None:
        reach &= Q(case__created_at__gte=acting.cases_since)
    return mine.filter(reach)


def _once(rows: Sequence[Notification]) -> list[Notification]:
    """Without those that say what the next older one of the page said within the hour before."""
    kept: list[Notification] = []
    for row in reversed(rows):
        if not any(_is_again(row, older) for older in kept):
            kept.append(row)
    return kept[::-1]


def _is_again(row: Notification, older: Notification) -> bool:
    near = row.case_id == older.case_id and row.at - older.at <= SAME_WITHIN
    return near and row.template == older.template and row.values == older.values


def _view(row: Notification, lang: str) -> MessageView | None:
    try:
        text = _text(row, lang)
    except NoSuchText as error:
        log.error("message.no_text", message=str(row.pk), error=str(error))
        return None
    return MessageView(
        id=row.pk,
        at=row.at,
        title=text.title,
        body=text.body,
        href=_href(row.values.get("link", "")),
        is_new=row.read_at is None,
        case_id=row.case_id,
        bundle=named(_spec(row.case)) if row.case else "",
        was_sent=row.state in (Notification.State.SENT, Notification.State.MERGED),
        was_muted=row.state == Notification.State.KEPT and row.reason == BY_CHOICE,
    )


def _text(row: Notification, lang: str) -> Text:
    if lang != "en":
        return text_on_page(row.template, row.values)
    spec = _spec(row.case) if row.case else None
    return text_on_page(row.template, in_english(row.values, spec, queries.registry()), "en")


def _spec(case: Case) -> BundleSpec:
    return queries.version(case.bundle_version_id).spec


def _href(link: str) -> str:
    """The path of an address of ours; anything else is no way from here."""
    if not link.startswith(f"{settings.PORTAL_URL}/"):
        return ""
    return urlsplit(link).path
