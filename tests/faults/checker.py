"""Compares what was filed, what the departments recorded and what the portal says. Shares no code with either.

After Jepsen's total-queue: what goes in must come out, nothing lost, nothing unexpected, nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]

DECISIONS = ("approved", "rejected", "not_accepted", "withdrawn")
ONCE = ("filed", *DECISIONS)
ONCE_IN_HISTORY = ("item.dispatched", "item.accepted", "result.issued", *(f"item.{word}" for word in DECISIONS))
HONEST = frozenset({"genuine", "duplicate"})
# What a paper is known by and what it pays is shown as it was sent; codes and moments are shown in words.
SHOWN_AS_SENT = ("_no", "_id", "_amount")


@dataclass(frozen=True, slots=True)
class Filed:
    """What an applicant handed in, and how it must end."""

    case_id: str
    items: tuple[str, ...]
    state: str = "concluded"
    outcome: str = "all"


@dataclass(frozen=True, slots=True)
class Seen:
    """Three views of the same cases: the applicant's own list, the departments' record, the portal's API.

    `known` are the cases that the portal counts as handed in, `answers` what it answered its applicants, by status.
    """

    filed: tuple[Filed, ...]
    applications: tuple[Json, ...]
    requests: tuple[Json, ...]
    duplicate_effects: tuple[Json, ...]
    cases: Mapping[str, Json]
    results: Mapping[str, Json]
    health: Json
    known: tuple[str, ...] = ()
    answers: Mapping[str, int] = field(default_factory=dict)


def faults_in(seen: Seen, names: Iterable[str] = ()) -> list[str]:
    """Every fault as "check: what about"; empty when all is right. With names, those checks alone."""
    return [f"{name}: {about}" for name in names or CHECKS for about in CHECKS[name](seen)]


def lost_case(seen: Seen) -> Iterator[str]:
    """A case that was accepted is there."""
    yield from (one.case_id for one in seen.filed if one.case_id not in seen.cases)


def unexpected_case(seen: Seen) -> Iterator[str]:
    """One press, one case: the portal has none that nobody handed in."""
    pressed = {one.case_id for one in seen.filed}
    yield from (case_id for case_id in seen.known if case_id not in pressed)


def crashed(seen: Seen) -> Iterator[str]:
    """Nobody saw a fault of the portal: it answers, or says "come again" (503)."""
    wrong = {status: n for status, n in seen.answers.items() if status.startswith("5") and status != "503"}
    yield from (f"{n} answers {status}" for status, n in wrong.items())


def wrong_end(seen: Seen) -> Iterator[str]:
    """It has ended, and as it should."""
    for one in seen.filed:
        case = seen.cases.get(one.case_id, {})
        if case and (case["state"], case["outcome"]) != (one.state, one.outcome):
            yield f"{one.case_id} {case['state']} {case['outcome']}"


def wrong_items(seen: Seen) -> Iterator[str]:
    """It has exactly the items that were asked for."""
    for one in seen.filed:
        case = seen.cases.get(one.case_id)
        if case and sorted(item["item_id"] for item in case["items"]) != sorted(one.items):
            yield one.case_id


def lost_dispatch(seen: Seen) -> Iterator[str]:
    """Every item reached its department."""
    reached = {(row["dept"], row["sub_id"]) for row in seen.applications if row["effect_counts"].get("filed")}
    yield from (item["number"] for item in _items(seen) if (item["dept_code"], item["sub_id"]) not in reached)


def unexpected_application(seen: Seen) -> Iterator[str]:
    """No department got what nobody filed there."""
    known = {(item["dept_code"], item["sub_id"]) for item in _items(seen)}
    yield from (row["sub_id"] for row in seen.applications if (row["dept"], row["sub_id"]) not in known)


def duplicate_effect(seen: Seen) -> Iterator[str]:
    """Nothing took effect twice: by the departments' own count, by effect, and by what an item is about."""
    yield from (f"{row['sub_id']} {row['effect']}" for row in seen.duplicate_effects)
    for row in seen.applications:
        counted = Counter(effect["effect"] for effect in row["effects"])
        yield from (f"{row['sub_id']} {effect}" for effect in ONCE if counted[effect] > 1)
    about = Counter((row["body"]["case_no"], row["item"], row["body"]["item"]["instance"]) for row in seen.applications)
    yield from (f"{number} {item}" for (number, item, _), n in about.items() if n > 1)


def wrong_decision(seen: Seen) -> Iterator[str]:
    """The portal says what the department decided, under the department's receipt number."""
    decided = {row["sub_id"]: (row["status"], row["receipt_no"]) for row in seen.applications}
    for item in _items(seen):
        if item["sub_id"] in decided and decided[item["sub_id"]] != (item["state"], item["receipt_no"]):
            yield f"{item['number']} {item['state']}"


def wrong_result(seen: Seen) -> Iterator[str]:
    """Every approved item has its result, with the numbers and sums that the department sent."""
    sent = {row["sub_id"]: row["result"] for row in seen.applications}
    for item, results in _results_by_item(seen):
        if item["state"] == "approved" and not results:
            yield f"{item['number']} none"
        for shown in (shown for result in results for shown in result["values"]):
            value = str(sent.get(item["sub_id"], {}).get(shown["name"], ""))
            if shown["name"].endswith(SHOWN_AS_SENT) and value != shown["value"].replace(",", ""):
                yield f"{item['number']} {shown['name']}"


def told_twice(seen: Seen) -> Iterator[str]:
    """In the history of a case every step of an item stands once, and every result is issued once."""
    for case_id, case in seen.cases.items():
        items = Counter(item["item_id"] for item in case["items"])
        steps = Counter((entry["kind"], entry["item_id"]) for entry in case["timeline"])
        yield from (f"{case_id} {kind} {item}" for (kind, item), n in steps.items() if _too_often(kind, n, items[item]))
        issued = Counter((result["result_id"], result["item_id"]) for result in seen.results[case_id]["results"])
        yield from (f"{case_id} {result}" for (result, item), n in issued.items() if n > items[item])


def changed_bytes(seen: Seen) -> Iterator[str]:
    """Under one key always the same bytes; for one filing always the same key."""
    sent = [request for request in seen.requests if request["method"] == "POST" and request["key"]]
    bodies: dict[tuple[str, str], set[str]] = {}
    for request in sent:
        bodies.setdefault((request["path"], request["key"]), set()).add(request["body"])
    yield from (key for (_, key), different in bodies.items() if len(different) > 1)
    filings = Counter((row["dept"], row["sub_id"]) for row in seen.applications)
    yield from (f"{dept} {sub_id}" for (dept, sub_id), n in filings.items() if n > 1)


def hostile_accepted(seen: Seen) -> Iterator[str]:
    """Nothing forged was taken."""
    for callback, attempt in _attempts(seen):
        if attempt["kind"] not in HONEST and 200 <= (attempt["status"] or 0) < 400:
            yield f"{callback['event_id']} {attempt['kind']} {attempt['status']}"


def callback_crashed(seen: Seen) -> Iterator[str]:
    """No callback got a 5xx, but for "come again" (503): somebody may hold a row of its case."""
    for callback, attempt in _attempts(seen):
        if (attempt["status"] or 0) >= 500 and attempt["status"] != 503:
            yield f"{callback['event_id']} {attempt['kind']} {attempt['status']}"


def callback_unanswered(seen: Seen) -> Iterator[str]:
    """What nobody repeats got a final answer. Holds where web and database were there all the time."""
    for callback, attempt in _attempts(seen):
        if attempt["kind"] != "genuine" and attempt["status"] in (None, 503):
            yield f"{callback['event_id']} {attempt['kind']} {attempt['status']}"


def callback_lost(seen: Seen) -> Iterator[str]:
    """What a department said was stored in the end, and its repetition was welcome."""
    for row in seen.applications:
        yield from (one["event_id"] for one in row["callbacks"] if one["state"] not in ("delivered", "dropped"))
    for callback, attempt in _attempts(seen):
        if attempt["kind"] == "duplicate" and attempt["status"] not in (None, 200, 503):
            yield f"{callback['event_id']} duplicate {attempt['status']}"


def silent(seen: Seen) -> Iterator[str]:
    """Nothing waits for nobody."""
    if seen.health["silent_rows"] or not seen.health["ok"]:
        yield f"{seen.health['silent_rows']} silent rows, {dict(seen.health)}"
    if seen.health["due_deliveries"]:
        yield f"{seen.health['due_deliveries']} deliveries due"


CHECKS: Mapping[str, Callable[[Seen], Iterator[str]]] = {
    check.__name__: check
    for check in (
        lost_case,
        unexpected_case,
        crashed,
        wrong_end,
        wrong_items,
        lost_dispatch,
        unexpected_application,
        duplicate_effect,
        wrong_decision,
        wrong_result,
        told_twice,
        changed_bytes,
        hostile_accepted,
        callback_crashed,
        callback_unanswered,
        callback_lost,
        silent,
    )
}


def _items(seen: Seen) -> Iterator[Json]:
    for case in seen.cases.values():
        yield from case["items"]


def _results_by_item(seen: Seen) -> Iterator[tuple[Json, list[Json]]]:
    """Every item with the results that name it; two items of one kind are told apart by their instance."""
    for case_id, case in seen.cases.items():
        results = seen.results[case_id]["results"]
        for item in case["items"]:
            what = (item["item_id"], item["instance"])
            yield item, [result for result in results if (result["item_id"], result["instance"]) == what]


def _attempts(seen: Seen) -> Iterator[tuple[Json, Json]]:
    for row in seen.applications:
        for callback in row["callbacks"]:
            yield from ((callback, attempt) for attempt in callback["attempts"])


def _too_often(kind: str, times: int, items: int) -> bool:
    return times > (items if kind in ONCE_IN_HISTORY else 1 if kind == "case.concluded" else times)
