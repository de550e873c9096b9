"""Looks up in registers as drafts do, from several threads: consent checked, call logged, answer sealed and kept.

    python -m benchmarks.product.asker SECONDS THREADS

Prints one JSON line: look-ups, seconds, and how long each batch of a draft took.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

import django

CODE = "XSECS"
GUIDANCE = {
    "born_at": "hospital", "marital": "married", "hukou_with": "mother", "hukou_kind": "family",
    "maternity": "employee", "has_reg": "yes", "extra": [],
}  # fmt: skip


def ask_on(seconds: float, case: Any, done: list[tuple[int, float]], failed: list[str]) -> None:
    """One draft asks for everything it wants, again and again, as if nothing were known yet."""
    from django.db import connection

    from bundles import forms
    from cases.actions.registers import facts
    from cases.ports import Actor
    from cases.queries.context import context_of

    context = context_of(case)
    wanted = forms.lookups_wanted(context, forms.select(context))
    by, until = Actor("applicant", str(case.applicant_id)), time.perf_counter() + seconds
    try:
        while time.perf_counter() < until:
            began = time.perf_counter()
            count = facts.ask(case, wanted, purpose="办理“新生儿出生一件事”", refresh_after_s=0, by=by)
            done.append((count, time.perf_counter() - began))
    except Exception as error:
        failed.append(f"{type(error).__name__}: {error}")
    connection.close()


def main() -> None:
    seconds, count = float(sys.argv[1]), int(sys.argv[2])
    django.setup()
    from benchmarks.product.people import applicants
    from cases.actions.applying import drafting

    people = applicants(count)
    cases = [drafting.start_draft(CODE, applicant=one, channel="online", guidance=GUIDANCE) for one in people]
    done: list[tuple[int, float]] = []
    failed: list[str] = []
    threads = [threading.Thread(target=ask_on, args=(seconds, case, done, failed)) for case in cases]
    print(json.dumps({"at": "ready"}), flush=True)
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    words = {"at": "asked", "lookups": sum(n for n, _ in done), "s": took, "batches": [s for _, s in done]}
    print(json.dumps({**words, "failed": failed}), flush=True)


if __name__ == "__main__":
    main()
