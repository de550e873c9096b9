"""Run the pretended departments: ``python -m integrations.mock_departments --port 8765 --data var/mock``.

With a command instead of options it speaks to those that run: ``… outage GA 60s``, ``… scenario everything``.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from datetime import date
from pathlib import Path

from aiohttp import web

from . import command
from .scenarios import BadScenario, shipped
from .server import Options, make_app

ROOT = Path(__file__).resolve().parents[2]
COLLECT_EVERY = (20_000, 20, 20)
COMMANDS_OR_URL = {*command.COMMANDS, "--url"}


def options_from(arguments: list[str] | None = None) -> Options:
    """The options of the command line; the environment fills what is not given."""
    parser = argparse.ArgumentParser(prog="mock_departments", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("MOCK_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("MOCK_PORT", "8765")))
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("MOCK_DATA", ROOT / "var" / "mock")))
    parser.add_argument(
        "--library", type=Path, default=Path(os.environ.get("MOCK_LIBRARY", ROOT / "bundles" / "library"))
    )
    parser.add_argument("--seed", type=int, default=int(os.environ.get("MOCK_SEED", "7")))
    parser.add_argument("--today", type=date.fromisoformat, default=os.environ.get("MOCK_TODAY"))
    parser.add_argument("--scenario", type=_scenario, help="a scenario file, or the name of a shipped one")
    parser.add_argument("--verify", choices=["enforce", "off"], default=os.environ.get("MOCK_VERIFY", "enforce"))
    given = parser.parse_args(arguments)
    secrets_file = os.environ.get("MOCK_SECRETS_FILE")
    return Options(
        host=given.host,
        port=given.port,
        data=given.data,
        library=given.library,
        seed=given.seed,
        today=given.today,
        master_secret=os.environ.get("MOCK_MASTER_SECRET", "mock-departments-demo"),
        secrets_file=Path(secrets_file) if secrets_file else None,
        enforce=given.verify == "enforce",
        scenario=given.scenario,
        public_url=os.environ.get("MOCK_PUBLIC_URL", ""),
    )


def _scenario(name: str) -> Path:
    return shipped().get(name) or Path(name)


def main() -> None:
    """Serve until told to stop; with a command, tell the process that serves."""
    words = sys.argv[1:]
    if COMMANDS_OR_URL.intersection(words[:1]):
        sys.exit(command.main(words))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    options = options_from()
    try:
        app = make_app(options)
    except (BadScenario, OSError) as error:
        sys.exit(f"✗ {error}")
    gc.collect()
    gc.freeze()  # the library and the city stay for ever: they need not be looked through again and again
    gc.set_threshold(*COLLECT_EVERY)
    web.run_app(app, host=options.host, port=options.port, access_log=None, shutdown_timeout=2)


if __name__ == "__main__":
    main()
