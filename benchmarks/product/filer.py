"""Files cases through the product's own actions and sees when they are decided.

    python -m benchmarks.product.filer

It stands for the web servers that take applications in: its CPU counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

import django

from benchmarks.closed import Candidate, serve
from benchmarks.work import PURPOSE
from portal.startup import keep_what_is_loaded, load_engine

FIELDS = {
    "s_owner": {"owner_address": "示例市思明区示例路1号"},
    "s_matter": {
        "starts_on": "2027-01-01", "area_m2": "88.5", "fee_paid": "120.00", "people": "3", "is_new": "true",
        "purpose_text": PURPOSE,
    },
}  # fmt: skip
ACCOUNTS = 50
Draft = tuple[UUID, Any]


def draft(code: str, count: int) -> Iterator[Draft]:
    """Applications as the pages make them: begun, filled from the account, saved section by section."""
    from benchmarks.product.people import applicants
    from cases.actions.applying import drafting

    people = applicants(min(count, ACCOUNTS))
    for number in range(count):
        who = people[number % len(people)]
        case = drafting.start_draft(code, applicant=who, channel="online")
        drafting.refresh_prefill(case.pk)
        for section, values in FIELDS.items():
            drafting.save_section(case.pk, section, values, by=who.actor)
        yield case.pk, who.actor


def submit(made: Draft) -> UUID:
    """One press of the button: checked, numbered, laid out, the first wave promised, committed."""
    from cases.actions.applying import filing

    case_id, actor = made
    filing.submit_case(case_id, by=actor, client_key=uuid4().hex)
    return case_id


def decided(waiting: Collection[UUID]) -> Iterable[UUID]:
    """Those of which everything is approved and committed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM cases_case WHERE id = ANY(%s) AND state = 'concluded' AND outcome = 'all'", [list(waiting)]
        )
        return [row[0] for row in cursor.fetchall()]


def leave() -> None:
    """A thread that files no more gives its connection back."""
    from django.db import connection

    connection.close()


if __name__ == "__main__":
    django.setup()
    load_engine()
    keep_what_is_loaded()  # as the web server does, in whose place it stands
    serve(Candidate(draft, submit, decided, leave))
