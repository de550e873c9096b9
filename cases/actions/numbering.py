"""Case numbers: region, bundle, day, serial, check character (ISO 7064 MOD 37,36). Domain README section 5."""

from __future__ import annotations

from datetime import date

from django.db import connection
from stdnum.iso7064 import mod_37_36

from cases.models import NumberSeries


def case_number(region: str, bundle_code: str, day: date) -> str:
    """The next number of the day, such as 350200-XSECS-20261121-000001-J. Gaps are possible, repeats are not."""
    serial = _next_serial(region, bundle_code, day)
    plain = f"{region}-{bundle_code}-{day:%Y%m%d}-{serial:06d}"
    return f"{plain}-{check_character(plain)}"


def sub_number(case_number: str, seq: int) -> str:
    return f"{case_number}-{seq:02d}"


def check_character(plain: str) -> str:
    return str(mod_37_36.calc_check_digit(plain.replace("-", "")))


def _next_serial(region: str, bundle_code: str, day: date) -> int:
    table = connection.ops.quote_name(NumberSeries._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (region, bundle_code, day, last) VALUES (%s, %s, %s, 1) "
            f"ON CONFLICT (region, bundle_code, day) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [region, bundle_code, day],
        )
        row = cursor.fetchone()
    return int(row[0])


def document_number(word: str, region: str, day: date) -> str:
    """The next number of a document of the year, such as 受理〔2026〕350200-000012号. Gaps are possible.

    The serial comes from a sequence, so that papers of many cases never wait for each other; each year counts from
    its own start.
    """
    return f"{word}〔{day.year}〕{region}-{_next_document_of(day.replace(month=1, day=1)):06d}号"


def _next_document_of(year: date) -> int:
    table = connection.ops.quote_name(NumberSeries._meta.db_table)
    place: list[str | date] = ["", "document", year]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT nextval('cases_document_serial') - last FROM {table} "
            "WHERE region = %s AND bundle_code = %s AND day = %s",
            place,
        )
        found = cursor.fetchone()
        if found is None:
            cursor.execute(
                f"INSERT INTO {table} (region, bundle_code, day, last) "
                "VALUES (%s, %s, %s, nextval('cases_document_serial')) ON CONFLICT DO NOTHING",
                place,
            )
    return int(found[0]) if found else _next_document_of(year)
