"""Tests copy their tables instead of migrating: one database is migrated when the migrations are others than before."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping

from devtools.environment import ROOT, VENV

VARIABLE = "TEST_TEMPLATE"
MADE_FROM = ("requirements.lock", "devtools/tables.py", "*/migrations/*.py", "*/*/migrations/*.py")


def with_template(env: Mapping[str, str]) -> dict[str, str]:
    """The variables with the name of a database to copy; without it where migrating fails: then the tests say why."""
    name = template_name()
    command = [str(VENV / "bin" / "python"), "-m", "devtools.tables", name]
    made = subprocess.run(command, cwd=ROOT, env=dict(env), check=False).returncode == 0
    return {**env, VARIABLE: name} if made else dict(env)


def template_name() -> str:
    """The same for the same migrations under the same packages."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in MADE_FROM for path in ROOT.glob(pattern)):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return f"test_template_{digest.hexdigest()[:12]}"
