"""How long cases of a bundle really took: from receiving to conclusion, over the last year (实际办理时间)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db import connection

from cases.models import Case
from cases.states import CaseState, Outcome

FEWEST = 10
OVER_DAYS = 365
# Figures of a year change little in an hour; the newest cases stand for all of them where there are very many.
KEPT_S = 3600
NEWEST = 5000
NOT_ENOUGH = "none"


@dataclass(frozen=True, slots=True)
class Observed:
    """`median`: half of the cases took no longer; `ninth`: nine of ten took no longer; `count`: how many they were."""

    median: timedelta
    ninth: timedelta
    count: int


def observed_time(bundle_code: str) -> Observed | None:
    """What the last year shows; None for fewer than ten concluded cases, of which nothing can be promised."""
    key = f"observed:{bundle_code}"
    known = cache.get(key)
    if known is None:
        known = _measured(bundle_code) or NOT_ENOUGH
        cache.set(key, known, KEPT_S)
    return None if known == NOT_ENOUGH else known


def _measured(bundle_code: str) -> Observed | None:
    table = connection.ops.quote_name(Case._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY took), "
            "percentile_cont(0.9) WITHIN GROUP (ORDER BY took) FROM "
            f"(SELECT closed_at - submitted_at AS took FROM {table} WHERE bundle_code = %(code)s "
            "AND state = %(state)s AND outcome <> %(none)s AND closed_at > now() - make_interval(days => %(days)s) "
            "LIMIT %(newest)s) one",
            {
                "code": bundle_code,
                "state": CaseState.CONCLUDED,
                "none": Outcome.NONE,
                "days": OVER_DAYS,
                "newest": NEWEST,
            },
        )
        count, median, ninth = cursor.fetchone()
    return Observed(median, ninth, count) if count >= FEWEST else None
