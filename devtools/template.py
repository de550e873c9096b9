"""Tests copy a database instead of making it: tables and catalogue, made anew when one of their files changes."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping

from devtools.environment import ROOT, VENV

VARIABLE = "TEST_TEMPLATE"
TABLES_FROM = ("requirements.lock", "devtools/tables.py", "*/migrations/*.py", "*/*/migrations/*.py")
CATALOGUE_FROM = (*TABLES_FROM, "bundles/**/*.py", "bundles/library/**/*.*")


def with_template(env: Mapping[str, str]) -> dict[str, str]:
    """The variables with the name of a database to copy: the catalogue, or where loading it fails the tables alone.

    Without it where migrating fails: then the tests say why.
    """
    command = [str(VENV / "bin" / "python"), "-m", "devtools.tables", tables_name(), catalogue_name()]
    made = subprocess.run(command, cwd=ROOT, env=dict(env), stdout=subprocess.PIPE, text=True, check=False)
    name = made.stdout.strip().rpartition("\n")[2]
    return {**env, VARIABLE: name} if made.returncode == 0 else dict(env)


def tables_name() -> str:
    """The same for the same migrations under the same packages."""
    return f"test_tables_{_digest(TABLES_FROM)}"


def catalogue_name() -> str:
    """The same for the same tables with the same definitions, read by the same code."""
    return f"test_catalogue_{_digest(CATALOGUE_FROM)}"


def _digest(patterns: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]
