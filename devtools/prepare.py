"""Bring a fresh database to the demonstration in one process: python -m devtools.prepare PEOPLE_FILE.

The only module here that needs Django: it runs inside the environment, never in the door itself.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import django
from django.core.management import call_command

DEMO_MATTERS = 600  # single matters beside those of the bundles, so that the catalogue is like a city's


def prepare(people_file: Path) -> None:
    """Tables, the shipped definitions, the demonstration; the list of demo people goes to the file."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_domain")
    call_command("load_demo")
    people = io.StringIO()
    call_command("demo_people", stdout=people)
    people_file.write_text(people.getvalue())
    call_command("load_matters", synthesize=DEMO_MATTERS, verbosity=0)


if __name__ == "__main__":
    django.setup()
    prepare(Path(sys.argv[1]))
