"""Make a database ready for the benchmark: tables, the shipped catalogue, the seven departments and both bundles.

    python -m benchmarks.product.prepare

Runs with the settings of the portal and the DATABASE_URL of a database that nobody else uses.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

HERE = Path(__file__).resolve().parents[1]
CODES = {"sync": "FANOUT7", "callback": "FANOUT7C"}
INSTANT = "INSTANT1"
CONNECT = {"sync": "api-sync", "callback": "api-callback"}


def prepare() -> None:
    """Everything that a fresh installation has, and the standard work."""
    from bundles import loading

    said = io.StringIO()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_domain", stdout=said)
    loading.load_registries(HERE / "library")
    with tempfile.TemporaryDirectory() as folder:
        for mode in CODES:
            file = Path(folder) / f"{mode}.yaml"
            file.write_text(definition(mode), encoding="utf-8")
            call_command("load_bundle", str(file), publish=True, stdout=said)
    call_command("load_bundle", str(HERE / "instant.yaml"), publish=True, stdout=said)


def definition(mode: str) -> str:
    """The bundle file of a mode: the two differ in how departments answer, and in the code."""
    text = (HERE / "fanout7.yaml").read_text(encoding="utf-8")
    text = text.replace("code: FANOUT7\n", f"code: {CODES[mode]}\n")
    return text.replace("connect: api-sync\n", f"connect: {CONNECT[mode]}\n")


if __name__ == "__main__":
    django.setup()
    prepare()
