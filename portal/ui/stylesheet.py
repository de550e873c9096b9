"""The style sheet of all pages: tokens, base, then one file per component, sent as one."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

# Later files may lean on earlier ones; dense draws the others closer together; print has the last word on paper.
COMPONENTS = (
    "bar crumbs foot btn card dept state pips search hero strip event tabs tiles bundle figures flow lane rows slot "
    "meter drop pile change field locked fix pick saved group dock why steps task answers notice story paper doc cert "
    "rating refused note empty facts party tap people led clock filters keys compose fold charts swatches "
    "contract copy me talk done guide ready kiosk catalogue dense print"
)
COMMENT = re.compile(rb"[ ]*/\*.*?\*/\n?", re.DOTALL)  # for whoever works on it, not for phones
ORDER = ("css/tokens.css", "css/base.css", *(f"css/components/{name}.css" for name in COMPONENTS.split()))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Bytes of the style sheet, plain and compressed; `mark` changes when they do."""

    plain: bytes
    packed: bytes
    mark: str


def sheet() -> Sheet:
    """The sheet as it stands; while developing, an edited file shows at once."""
    paths = _paths()
    return _joined(tuple(path.stat().st_mtime_ns for path in paths) if settings.DEBUG else ())


@lru_cache(maxsize=1)
def _paths() -> tuple[Path, ...]:
    found = {name: finders.find(name) for name in ORDER}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise FileNotFoundError(f"style sheet without {', '.join(missing)}")
    return tuple(Path(path) for path in found.values() if path)


@lru_cache(maxsize=1)
def _joined(_changed: tuple[int, ...]) -> Sheet:
    plain = COMMENT.sub(b"", b"".join(path.read_bytes() for path in _paths()))
    return Sheet(plain=plain, packed=gzip.compress(plain, mtime=0), mark=sha256(plain).hexdigest()[:12])
