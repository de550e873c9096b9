"""People who look at pages while a great many cases are stored: how long the server takes over each page.

    python -m benchmarks.product.reader TIMES

One page at a time over a kept line, the first look of each not counted. Prints one JSON line: milliseconds by page.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import django

PUBLIC = (
    "/",
    "/bundles/",
    "/bundles/FANOUT7/",
    "/search/?q=公积金",
    "/search/suggestions/?q=gjj",
    "/help/",
    "/verify/",
)
OWN = ("/cases/", "/me/", "/me/data/", "/me/messages/", "/licences/", "/authorise/")
OF_CASE = ("", "live/", "receipt/", "results/")
DESK = ("/desk/",)
WARM = 2


def pages() -> Mapping[str, tuple[Any, str]]:
    """Page by name: the browser of whoever looks, and the address."""
    from benchmarks.product.presser import Browser

    person, case_id = _somebody()
    citizen, staff = Browser(person), Browser(_staff())
    found = {path: (citizen, path) for path in (*PUBLIC, *OWN)}
    found |= {f"/cases/…/{part}": (citizen, f"/cases/{case_id}/{part}") for part in OF_CASE}
    return found | {path: (staff, path) for path in DESK}


def _somebody() -> tuple[Any, Any]:
    """Whoever was decided about last of those who filed for themselves, with that case."""
    from django.apps import apps

    case = apps.get_model("cases", "Case").objects.filter(state="concluded").order_by("-closed_at").first()
    return case.applicant, case.pk


def _staff() -> Any:
    from portal.accounts.models import Account, Role

    known = Account.objects.filter(username="bench-staff").first()
    return known or Account.objects.create_user("bench-staff", role=Role.STAFF, name="经办", department="N1")


def looked_at(browser: Any, path: str, times: int) -> list[float]:
    """Seconds each look took."""
    found = []
    for turn in range(times + WARM):
        began = time.perf_counter()
        browser.get(quote(path, safe="/?=&"))
        if turn >= WARM:
            found.append(time.perf_counter() - began)
    return found


def main() -> None:
    django.setup()
    times = int(sys.argv[1])
    told = {name: looked_at(browser, path, times) for name, (browser, path) in pages().items()}
    print(json.dumps(told), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
