"""Every text of the interface has its English: what the source marks stands in the catalogue, translated."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"


@pytest.mark.skipif(shutil.which("msgattrib") is None, reason="needs gettext")
@pytest.mark.parametrize("kind", ["--untranslated", "--only-fuzzy"])
def test_no_text_of_the_catalogue_lacks_its_english(kind: str) -> None:
    found = subprocess.run(
        ["msgattrib", kind, "--no-obsolete", str(CATALOGUE)], capture_output=True, text=True, check=True
    )
    assert [line for line in found.stdout.splitlines() if line.startswith("msgid") and line != 'msgid ""'] == []
