"""What every process of the portal does once it is loaded."""

from __future__ import annotations

import gc
from pathlib import Path

from django.conf import settings
from django.template import Engine
from django.urls import get_resolver
from django.utils import translation

# A request or a batch makes some thousand objects that go by themselves; looking for rings among them after every
# 700, as Python does, is a tenth of all work.
YOUNG, MIDDLE, OLD = 50_000, 20, 50


def load_pages() -> None:
    """Read every address, page and language now: workers forked later share them, and no first visitor waits."""
    _ = get_resolver().url_patterns
    if not settings.DEBUG:  # who works on a page wants it read anew each time
        engine = Engine.get_default()
        for folder in map(Path, engine.dirs):
            for page in folder.rglob("*.html"):
                engine.get_template(page.relative_to(folder).as_posix())
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")
    load_engine()


def load_engine() -> None:
    """Import now what the engine finds by its name when it first needs it. Django must be set up."""
    from cases.actions.engine import occasions

    occasions.load()


def keep_what_is_loaded() -> None:
    """Leave what has been loaded out of every later search for garbage, and search less often.

    Called before processes are forked, it also lets them share those pages (gc.freeze).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
