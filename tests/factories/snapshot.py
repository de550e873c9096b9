"""What stands in the database once the catalogue is loaded, kept aside and put back where a test has emptied it."""

from __future__ import annotations

from django.db import connection, transaction

from bundles import queries

# Emptying a database makes these anew, with other ids.
MADE_BY_DJANGO = frozenset({"django_migrations", "django_content_type", "auth_permission"})
ASIDE = "kept_for_tests"
COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""


def keep() -> None:
    """Copy every table that has rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {ASIDE}")
        for table in connection.introspection.table_names(cursor):
            if table in MADE_BY_DJANGO:
                continue
            cursor.execute(f'SELECT EXISTS (SELECT FROM public."{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {ASIDE}."{table}" AS TABLE public."{table}"')


@transaction.atomic
def put_back() -> None:
    """The same rows in the emptied tables, stamps and all: no trigger takes them for a change."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [ASIDE])
        for (table,) in cursor.fetchall():
            cursor.execute(COLUMNS, [table])
            columns = cursor.fetchone()[0]
            cursor.execute(f'DELETE FROM public."{table}"')  # emptying it was a change, with a stamp of its own
            cursor.execute(f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM {ASIDE}."{table}"')
    queries.forget()
