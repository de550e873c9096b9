"""Broken variants of a right history, one or more for each check: a checker that lets one pass is blind there."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.checker import Seen

Break = Callable[[Seen], Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    """What was broken, and the check that must notice it. Others may notice as well."""

    check: str
    what: str
    breaks: Break

    def of(self, seen: Seen) -> Seen:
        broken = copy.deepcopy(seen)
        return self.breaks(broken) or broken


def _case(seen: Seen) -> Any:
    return seen.cases[seen.filed[0].case_id]


def _application(seen: Seen) -> Any:
    return seen.applications[0]


def _callback(seen: Seen) -> Any:
    return next(one for row in seen.applications for one in row["callbacks"])


def _replaced(seen: Seen, **changes: Any) -> Seen:
    parts = {name: getattr(seen, name) for name in Seen.__slots__}
    return Seen(**(parts | changes))


def _attempt(kind: str, status: int | None) -> Break:
    return lambda seen: _callback(seen)["attempts"].append({"kind": kind, "status": status})


def _without_case(seen: Seen) -> Seen:
    lost = seen.filed[0].case_id
    return _replaced(seen, cases={case_id: case for case_id, case in seen.cases.items() if case_id != lost})


def _pressed_once_there_twice(seen: Seen) -> Seen:
    return _replaced(seen, known=(*seen.known, "case-2"))


def _answered(status: str) -> Break:
    return lambda seen: _replaced(seen, answers={**seen.answers, status: 1})


def _with(name: str, value: Any) -> Break:
    return lambda seen: _case(seen).update({name: value})


def _without_application(seen: Seen) -> Seen:
    return _replaced(seen, applications=seen.applications[1:])


def _application_of_nobody(seen: Seen) -> Seen:
    stray = copy.deepcopy(_application(seen)) | {"sub_id": "00000000-0000-4000-8000-000000000000", "item": "STRAY"}
    return _replaced(seen, applications=(*seen.applications, stray))


def _filed_again_under_a_new_key(seen: Seen) -> Seen:
    again = copy.deepcopy(_application(seen)) | {"key": "another"}
    return _replaced(seen, applications=(*seen.applications, again))


def _another_sub_for_the_same_item(seen: Seen) -> Seen:
    again = copy.deepcopy(_application(seen)) | {"key": "another", "sub_id": "another"}
    return _replaced(seen, applications=(*seen.applications, again))


def _decided_twice(seen: Seen) -> None:
    _application(seen)["effects"].append({"effect": "approved"})


def _counted_twice_over_there(seen: Seen) -> Seen:
    return _replaced(seen, duplicate_effects=({"sub_id": _application(seen)["sub_id"], "effect": "filed"},))


def _turned_decision(seen: Seen) -> None:
    _application(seen)["status"] = "rejected"


def _foreign_receipt(seen: Seen) -> None:
    _case(seen)["items"][0]["receipt_no"] = "XX-99999999"


def _no_results(seen: Seen) -> None:
    next(iter(seen.results.values()))["results"].clear()


def _tampered_result(seen: Seen) -> None:
    for result in next(iter(seen.results.values()))["results"]:
        result["values"][0]["value"] = "tampered"


def _step_told_again(seen: Seen) -> None:
    history = _case(seen)["timeline"]
    history.append(next(entry for entry in history if entry["kind"] == "item.approved"))


def _result_issued_again(seen: Seen) -> None:
    results = next(iter(seen.results.values()))["results"]
    results.append(results[0])


def _other_bytes_under_the_key(seen: Seen) -> Seen:
    request = next(one for one in seen.requests if one["method"] == "POST" and one["key"])
    return _replaced(seen, requests=(*seen.requests, request | {"body": request["body"] + " "}))


def _callback_never_stored(seen: Seen) -> None:
    _callback(seen)["state"] = "due"


def _health(**changes: Any) -> Break:
    return lambda seen: seen.health.update(changes)  # type: ignore[attr-defined]


MUTANTS = (
    Mutant("lost_case", "the portal knows nothing of a case", _without_case),
    Mutant("unexpected_case", "one press made two cases", _pressed_once_there_twice),
    Mutant("crashed", "an applicant saw a fault of the portal", _answered("500")),
    Mutant("wrong_end", "a case is still open", _with("state", "in_progress")),
    Mutant("wrong_end", "a case ended in part", _with("outcome", "partly")),
    Mutant("wrong_items", "a case lost its items", _with("items", [])),
    Mutant("lost_dispatch", "a department never got an item", _without_application),
    Mutant("unexpected_application", "a department got what nobody filed", _application_of_nobody),
    Mutant("duplicate_effect", "an item was decided twice", _decided_twice),
    Mutant("duplicate_effect", "the departments count one twice", _counted_twice_over_there),
    Mutant("duplicate_effect", "an item was filed as two", _another_sub_for_the_same_item),
    Mutant("wrong_decision", "the department decided otherwise", _turned_decision),
    Mutant("wrong_decision", "the receipt number is a stranger's", _foreign_receipt),
    Mutant("wrong_result", "approved and nothing in hand", _no_results),
    Mutant("wrong_result", "another number in the paper", _tampered_result),
    Mutant("told_twice", "an approval took effect twice", _step_told_again),
    Mutant("told_twice", "a paper was issued twice", _result_issued_again),
    Mutant("changed_bytes", "a retry said something else", _other_bytes_under_the_key),
    Mutant("changed_bytes", "a retry came under a new key", _filed_again_under_a_new_key),
    Mutant("hostile_accepted", "a forged callback was stored", _attempt("forged", 200)),
    Mutant("callback_unanswered", "a foreign callback was never answered", _attempt("cross_dept", None)),
    Mutant("callback_crashed", "a mangled callback broke the portal", _attempt("garbage_body", 500)),
    Mutant("callback_unanswered", "a forged callback was told to come again", _attempt("forged", 503)),
    Mutant("callback_unanswered", "an honest repetition was told to come again", _attempt("duplicate", 503)),
    Mutant("callback_crashed", "an honest callback broke the portal", _attempt("genuine", 500)),
    Mutant("callback_lost", "a callback was never stored", _callback_never_stored),
    Mutant("callback_lost", "an honest repetition was refused", _attempt("duplicate", 409)),
    Mutant("silent", "a row waits for nobody", _health(silent_rows=1, ok=False)),
    Mutant("silent", "a delivery is still due", _health(due_deliveries=1)),
)
