"""Numbers of cases come from a sequence: people who file at the same time never wait for each other.

It starts where no series has come in a day, so that the difference to the start of a series is never negative.
"""

from django.db import migrations

SEQUENCE = """
CREATE SEQUENCE cases_case_serial START 1000000;
"""
DROP = """
DROP SEQUENCE cases_case_serial;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_dead_letters")]

    operations = [migrations.RunSQL(SEQUENCE, DROP)]
