"""News of cases as server-sent events: a small process of its own, so that open pages hold no worker of the web."""
