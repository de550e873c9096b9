"""`python -m portal.push --host 0.0.0.0 --port 8001`: news of cases, beside the web (docs/operator.md)."""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

import django

django.setup()

from aiohttp import web  # noqa: E402

from portal.push.app import make_app  # noqa: E402
from portal.startup import keep_what_is_loaded  # noqa: E402


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--host", default="127.0.0.1")
    said.add_argument("--port", type=int, default=8001)
    chosen = said.parse_args()
    keep_what_is_loaded()
    web.run_app(make_app(), host=chosen.host, port=chosen.port, print=None, access_log=None, shutdown_timeout=2.0)


if __name__ == "__main__":
    main()
