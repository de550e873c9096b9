"""The conformance kit as one file that any Python runs: `python conformance.pyz URL --key-file FILE`."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

from django.conf import settings

NAME = "conformance.pyz"
FOLDER = Path(settings.BASE_DIR) / "integrations" / "conformance"
START = "import sys\n\nfrom conformance.__main__ import main\n\nsys.exit(main())\n"
# The same bytes each time: what is packed says nothing of when.
STAMP = (2026, 1, 1, 0, 0, 0)


@cache
def packed() -> bytes:
    """The folder of the kit as a Python zip application; it needs the standard library alone."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("__main__.py", STAMP), START)
        for path in sorted(FOLDER.rglob("*")):
            if path.suffix in {".py", ".toml"}:
                inside = Path("conformance") / path.relative_to(FOLDER)
                archive.writestr(zipfile.ZipInfo(inside.as_posix(), STAMP), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return kept.getvalue()
