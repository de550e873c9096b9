"""Case numbers: region, bundle, day, serial, check character (ISO 7064 MOD 37,36). Domain README section 5."""

from __future__ import annotations

from datetime import date

from django.db import connection
from stdnum.iso7064 import mod_37_36

from cases.models import NumberSeries

COUNTED_BY_SEQUENCE = "#"


def case_number(region: str, bundle_code: str, day: date) -> str:
    """The next number of the day, such as 350200-XSECS-20261121-000001-J. Gaps are possible, repeats are not.

    The serial comes from a sequence, so that people who file at the same time never wait for each other.
    """
    serial = _next_of("cases_case_serial", region, f"{bundle_code}{COUNTED_BY_SEQUENCE}", day)
    plain = f"{region}-{bundle_code}-{day:%Y%m%d}-{serial:06d}"
    return f"{plain}-{check_character(plain)}"


def sub_number(case_number: str, seq: int) -> str:
    return f"{case_number}-{seq:02d}"


def check_character(plain: str) -> str:
    return str(mod_37_36.calc_check_digit(plain.replace("-", "")))


def document_number(word: str, region: str, day: date) -> str:
    """The next number of a document of the year, such as 受理〔2026〕350200-000012号. Gaps are possible.

    The serial comes from a sequence, so that papers of many cases never wait for each other; each year counts from
    its own start.
    """
    year = day.replace(month=1, day=1)
    return f"{word}〔{day.year}〕{region}-{_next_of('cases_document_serial', '', 'document', year):06d}号"


def _next_of(sequence: str, region: str, series: str, day: date) -> int:
    """The next serial of a series: how far the sequence has come since the series began."""
    table = connection.ops.quote_name(NumberSeries._meta.db_table)
    place: dict[str, str | date] = {"sequence": sequence, "region": region, "series": series, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT nextval(%(sequence)s) - last FROM {table} "
            "WHERE region = %(region)s AND bundle_code = %(series)s AND day = %(day)s",
            place,
        )
        found = cursor.fetchone()
        if found is None:
            # On the day of the change it goes on from where the series counted one by one has come.
            cursor.execute(
                f"INSERT INTO {table} (region, bundle_code, day, last) "
                "SELECT %(region)s, %(series)s, %(day)s, nextval(%(sequence)s) - COALESCE(max(last), 0) "
                f"FROM {table} WHERE region = %(region)s AND day = %(day)s AND bundle_code || %(mark)s = %(series)s "
                "ON CONFLICT DO NOTHING",
                {**place, "mark": COUNTED_BY_SEQUENCE},
            )
    return int(found[0]) if found else _next_of(sequence, region, series, day)
