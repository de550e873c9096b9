"""Fill a database with cases in a hurry: COPY of what a few real ones have left.

    python -m benchmarks.product.filler COUNT [--open] [--since SERIAL] [--years 3]

Closed cases lie in the past and belong to many people; with --open they are cases that were filed a moment ago and
wait for their departments.
"""

from __future__ import annotations

import argparse
import io
import random
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import django

BATCH = 200
CASES_A_PERSON = 5
FIRST_FILLED = 1_000_000


def fill(count: int, *, is_open: bool, since: int, years: int) -> int:
    """Pour so many cases; returns how many rows that made."""
    moulds = _moulds(is_open)
    rows = 0
    for first in range(since, since + count, BATCH):
        serials = range(first, min(first + BATCH, since + count))
        rows += _pour(moulds, serials, is_open=is_open, years=years)
    return rows


def _moulds(is_open: bool) -> list[Any]:
    """What there is to copy: cases of the kind that is wanted. Raises LookupError where there is none."""
    from django.apps import apps

    from benchmarks.product.mould import Mould

    cases = apps.get_model("cases", "Case").objects
    wanted = cases.filter(state="submitted") if is_open else cases.filter(state="concluded")
    found = list(wanted.order_by("created_at")[:10])
    if not found:
        raise LookupError("no case to copy")
    return [Mould(case) for case in found]


def _pour(moulds: Sequence[Any], serials: Sequence[int], *, is_open: bool, years: int) -> int:
    from django.db import connection, transaction

    people = [] if is_open else _people(serials)
    made: dict[str, list[str]] = {}
    for place, serial in enumerate(serials):
        mould = moulds[serial % len(moulds)]
        back = timedelta() if is_open else timedelta(days=1 + serial % (365 * years), seconds=random.randrange(40000))
        person = people[place // CASES_A_PERSON] if people else None
        for table, line in mould.copy(serial, person, back):
            made.setdefault(table, []).append(line)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # whole cases: what points at what is known
        for table in dict.fromkeys(table for mould in moulds for table in mould.tables):
            mould = next(mould for mould in moulds if table in mould.tables)
            columns = ", ".join(f'"{name}"' for name in mould.columns(table))
            cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', io.StringIO("".join(made.get(table, []))))
    return sum(map(len, made.values()))


def _people(serials: Sequence[int]) -> list[Any]:
    """New accounts for a batch of closed cases."""
    from benchmarks.product.mould import Person
    from benchmarks.product.people import id_no
    from cases.protection import blind_index
    from portal.accounts.models import Account, Role

    accounts = []
    for serial in serials[::CASES_A_PERSON]:
        number = FIRST_FILLED + serial
        account = Account(username=f"filled-{number}", role=Role.CITIZEN, name=f"林{number}", id_no=id_no(number))
        account.password, account.phone = "!", f"139{number:08d}"
        account.id_index = blind_index(f"filled-{number}")  # numbers repeat after some forty thousand people
        accounts.append(account)
    Account.objects.bulk_create(accounts)
    return [Person(one.pk, one.name, str(one.id_no), one.id_index) for one in accounts]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--open", action="store_true", dest="is_open")
    parser.add_argument("--since", type=int, default=100_000)
    parser.add_argument("--years", type=int, default=3)
    given = parser.parse_args()
    django.setup()
    began = time.perf_counter()
    rows = fill(given.count, is_open=given.is_open, since=given.since, years=given.years)
    took, spent = time.perf_counter() - began, time.process_time()
    print(f"{given.count} cases, {rows} rows in {took:.1f} s ({spent:.1f} s CPU)")


if __name__ == "__main__":
    main()
