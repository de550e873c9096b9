"""What every process of the portal does once it is loaded."""

from __future__ import annotations

import gc

# A request or a batch makes some thousand objects that go by themselves; looking for rings among them after every
# 700, as Python does, is a tenth of all work.
YOUNG, MIDDLE, OLD = 50_000, 20, 50


def keep_what_is_loaded() -> None:
    """Leave what has been loaded out of every later search for garbage, and search less often.

    Called before processes are forked, it also lets them share those pages (gc.freeze).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
