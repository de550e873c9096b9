"""Tables of accounts that wait for a moment: what passes it unseen is named like any other row (silent_rows)."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from cases.queries.silence import Watched, watch

LATE = timedelta(minutes=10)  # the round comes every half minute

watch(
    Watched("accounts.DataExport", Q(next_at__isnull=False), state="", late=LATE),
    Watched("accounts.Closure", Q(next_at__isnull=False), state="", late=LATE),
)
