"""A process that serves people has read what it will need: no first visitor waits for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

LOOK = """
import json, sys
import portal.wsgi
from django.template import engines
from cases.actions.engine import occasions
named = [path for paths in vars(occasions).values() if isinstance(paths, tuple) for path in paths]
(kept,) = engines["django"].engine.template_loaders
print(json.dumps({
    "missing": [path for path in named if "cases.actions." + path.rpartition(".")[0] not in sys.modules],
    "named": len(named),
    "pages": sorted(kept.get_template_cache),
}))
"""


def test_the_web_server_has_read_pages_and_engine_before_it_forks() -> None:
    env = {**os.environ, "DEBUG": "0"}
    done = subprocess.run([sys.executable, "-c", LOOK], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["named"] > 50
    assert found["missing"] == []
    assert {"base.html", "citizen/case.html", "404.html"} <= set(found["pages"])
