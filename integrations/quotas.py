"""How often an interface may be asked: counted in the database, in one statement for a whole batch.

A department states a number per minute and per day with its interface. What goes beyond is not sent: it counts as
not answered, with the reason, and is asked again later. Several processes share one count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from integrations.sharing_models import QuotaUse

if TYPE_CHECKING:
    from integrations.sharing import Question

KEPT = timedelta(days=2)
Limits = dict[str, dict[str, int]]  # by code: by span, how many
_TAKE = """
INSERT INTO integrations_quotause (code, span, since, used)
SELECT * FROM unnest(%s::varchar[], %s::varchar[], %s::timestamptz[], %s::int[]) AS wanted(code, span, since, used)
ON CONFLICT (code, span, since) DO UPDATE SET used = integrations_quotause.used + EXCLUDED.used
RETURNING code, span, used
"""
_GIVE_BACK = """
UPDATE integrations_quotause AS held SET used = greatest(held.used - given.used, 0)
FROM unnest(%s::varchar[], %s::varchar[], %s::timestamptz[], %s::int[]) AS given(code, span, since, used)
WHERE held.code = given.code AND held.span = given.span AND held.since = given.since
RETURNING held.code, held.span, held.used
"""


def used_up(questions: Sequence[Question]) -> frozenset[str]:
    """The codes that must not be asked now, because this batch would go beyond what their department allows.

    The batch is counted as it is looked at. A code over its number is counted back, so that refusals use nothing up.
    """
    limits = {question.query.code: _limits(question) for question in questions}
    wanted = Counter(question.query.code for question in questions if limits[question.query.code])
    if not wanted:
        return frozenset()
    now = timezone.now()
    used = _count(_TAKE, limits, wanted, now)
    over = {code for code, span in used if used[code, span] > limits[code][span]}
    if over:
        _count(_GIVE_BACK, limits, {code: wanted[code] for code in over}, now)
    return frozenset(over)


def _limits(question: Question) -> dict[str, int]:
    stated = {QuotaUse.Span.DAY: question.per_day, QuotaUse.Span.MINUTE: question.per_minute}
    return {str(span): most for span, most in stated.items() if most is not None}


def _count(statement: str, limits: Limits, amounts: Mapping[str, int], now: datetime) -> dict[tuple[str, str], int]:
    """Change the counts of the current minute and day, in one order everywhere; the new totals."""
    rows = [(code, span, _since(span, now), amounts[code]) for code in sorted(amounts) for span in sorted(limits[code])]
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        return {(code, span): used for code, span, used in cursor.fetchall()}


def _since(span: str, now: datetime) -> datetime:
    """The start of the minute, or of the day in local time."""
    if span == QuotaUse.Span.MINUTE:
        return now.replace(second=0, microsecond=0)
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def forget_old() -> int:
    """Drop counts that no quota looks at any more (`TIDY_UP`); returns how many."""
    return QuotaUse.objects.filter(since__lt=timezone.now() - KEPT).delete()[0]
