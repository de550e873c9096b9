"""Files cases through the product's own actions and sees when they are decided; told what to do line by line.

    python -m benchmarks.product.filer

It stands for the web servers that take applications in: its CPU counts. Commands and answers are JSON lines.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import django

FIELDS = {
    "s_owner": {"owner_address": "示例市思明区示例路1号"},
    "s_matter": {
        "starts_on": "2027-01-01", "area_m2": "88.5", "fee_paid": "120.00", "people": "3", "is_new": "true",
    },
}  # fmt: skip
ACCOUNTS = 50
FILERS = 4
PATIENCE_S = 60.0  # without a single case decided


def say(**words: Any) -> None:
    print(json.dumps(words), flush=True)


class Drafts:
    """Applications filled in and not yet handed in."""

    def __init__(self) -> None:
        self.ready: deque[tuple[UUID, Any]] = deque()

    def make(self, code: str, count: int) -> None:
        """As the pages do it: begun, filled from the account, saved section by section."""
        from benchmarks.product.people import applicants
        from benchmarks.work import PURPOSE
        from cases.actions import drafting

        people = applicants(min(count, ACCOUNTS))
        for number in range(count):
            who = people[number % len(people)]
            case = drafting.start_draft(code, applicant=who, channel="online")
            drafting.refresh_prefill(case.pk)
            for section, values in FIELDS.items():
                more = {"purpose_text": PURPOSE} if section == "s_matter" else {}
                drafting.save_section(case.pk, section, {**values, **more}, by=who.actor)
            self.ready.append((case.pk, who.actor))


@dataclass
class Run:
    """A closed loop: as many cases under way as were asked for, until enough of them are decided or time is up."""

    in_flight: int
    warm: int
    count: int
    limit_s: float
    begun: dict[UUID, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    filing: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    ended: int = 0


def run(drafts: Drafts, plan: Run, poll_s: float) -> None:
    """Hand drafts in until `warm` + `count` cases are decided, or `limit_s` after the warm ones; wait for the rest.

    Says begun, warm, measured and drained.
    """
    tokens: queue.SimpleQueue[bool] = queue.SimpleQueue()
    for _ in range(plan.in_flight):
        tokens.put(True)
    stop = threading.Event()
    threads = [
        threading.Thread(target=_file, args=(drafts, plan, tokens, stop)) for _ in range(min(FILERS, plan.in_flight))
    ]
    for thread in threads:
        thread.start()
    _watch(plan, tokens, stop, threads, poll_s)
    for thread in threads:
        thread.join()
    say(at="drained", ended=plan.ended, failed=plan.failed, took=plan.took, filing=plan.filing)


def _file(drafts: Drafts, plan: Run, tokens: queue.SimpleQueue[bool], stop: threading.Event) -> None:
    from django.db import connection

    from cases.actions import filing

    while tokens.get() and not stop.is_set():
        try:
            case_id, actor = drafts.ready.popleft()
        except IndexError:
            break
        plan.begun[case_id] = began = time.perf_counter()
        try:
            filing.submit_case(case_id, by=actor, client_key=uuid4().hex)
        except Exception as error:
            plan.failed.append(f"{type(error).__name__}: {error}")
            plan.begun.pop(case_id, None)
        plan.filing.append(time.perf_counter() - began)
    connection.close()


def _watch(
    plan: Run, tokens: queue.SimpleQueue[bool], stop: threading.Event, threads: list[threading.Thread], poll_s: float
) -> None:
    """See which cases are decided, as their page would, and let as many new ones begin."""
    from django.db import connection

    say(at="begun")
    until, moved = float("inf"), time.perf_counter()
    while plan.begun or any(thread.is_alive() for thread in threads):
        time.sleep(poll_s)
        waiting = list(plan.begun)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM cases_case WHERE id = ANY(%s) AND state = 'concluded' AND outcome = 'all'", [waiting]
            )
            done = [row[0] for row in cursor.fetchall()]
        now = time.perf_counter()
        moved = now if done else moved
        if now - moved > PATIENCE_S:
            say(at="stalled", waiting=len(plan.begun), ended=plan.ended, failed=plan.failed)
            os._exit(1)
        for case_id in done:
            plan.took.append(now - plan.begun.pop(case_id))
            plan.ended += 1
            if plan.ended == plan.warm:
                say(at="warm", ended=plan.ended)
                until = now + plan.limit_s
            tokens.put(True)
        if not stop.is_set() and (plan.ended >= plan.warm + plan.count or now > until):
            say(at="measured", ended=plan.ended)
            stop.set()
        if stop.is_set():
            for _ in threads:
                tokens.put(True)


def main() -> None:
    django.setup()
    drafts = Drafts()
    say(at="ready")
    for line in sys.stdin:
        words = json.loads(line)
        if words["do"] == "draft":
            began, cpu = time.perf_counter(), time.process_time()
            drafts.make(words["code"], words["count"])
            say(at="drafted", s=time.perf_counter() - began, cpu_s=time.process_time() - cpu)
        elif words["do"] == "run":
            run(drafts, Run(words["in_flight"], words["warm"], words["count"], words["limit_s"]), words["poll_s"])


if __name__ == "__main__":
    main()
