"""The published contract: its examples hold, and the portal, the kit and the schema read an answer alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from integrations.conformance.answers import faults_of
from integrations.departments.gateway import ANSWERS, REFUSALS
from integrations.departments.wire import STATUSES, NotInContract, answer_of
from tests.contracts.schema import ROOT, contract, faults

SUB = "3f2b8c1e-7a54-4d0e-9b1f-2c6d5e8a9f10"
GUIDE = (ROOT / "docs" / "department-guide.md").read_text("utf-8")


def operations() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, verbs in contract()["paths"].items():
        yield from ((f"{verb} {path}", verbs[verb]) for verb in ("get", "post") if verb in verbs)


def every(node: Any, key: str) -> Iterator[Any]:
    """Every value that stands under a key, at any depth."""
    if isinstance(node, dict):
        yield from ([node[key]] if key in node else [])
        for value in node.values():
            yield from every(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from every(value, key)


def resolved(reference: str) -> Any:
    found: Any = contract()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    assert contract()["openapi"].startswith("3.1")
    for reference in every(contract(), "$ref"):
        assert resolved(reference) is not None
    for schema in contract()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))


def test_every_example_of_the_document_is_in_its_schema() -> None:
    seen = set()
    for media in every(contract(), "application/json"):
        schema = media["schema"].get("$ref", "").rpartition("/")[2]
        for name, example in media.get("examples", {}).items():
            value = resolved(example["$ref"])["value"]
            assert faults(schema, value) == [], name
            seen.add(name)
    assert seen == set(contract()["components"]["examples"])


def test_every_request_names_its_headers_and_every_path_its_parameters() -> None:
    for name, operation in operations():
        path = name.split()[1]
        shared = contract()["paths"][path].get("parameters", [])
        parameters = [
            resolved(one["$ref"]) if "$ref" in one else one for one in [*shared, *operation.get("parameters", [])]
        ]
        named = {one["name"] for one in parameters}
        assert set(re.findall(r"\{(\w+)\}", path)) <= named
        if operation.get("security") != []:
            assert {"X-Key-Id", "X-Timestamp", "X-Nonce"} <= named, name
        if name.startswith("post /applications"):
            assert "Idempotency-Key" in named, name


def test_the_statuses_are_those_the_portal_acts_on() -> None:
    assert set(contract()["components"]["schemas"]["Status"]["enum"]) == STATUSES
    filing = contract()["paths"]["/applications"]["post"]["responses"]
    assert {int(code) for code in filing} == ANSWERS | REFUSALS | {429, 503}


def test_every_json_block_of_the_guide_is_in_the_contract() -> None:
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]
    assert len(blocks) >= 3
    for block in blocks:
        schema = "Filing" if "callback_url" in block else "Callback" if "event_id" in block else "Answer"
        assert faults(schema, block) == []


def test_the_guide_tells_every_path_and_status() -> None:
    for path in contract()["paths"]:
        assert path.split("{")[0].rstrip("/").rpartition("/")[2] in GUIDE, path
    for status in STATUSES:
        assert f"`{status}`" in GUIDE, status


ODD: list[Any] = [None, "", "x", "x" * 3000, 0, 1, -1, 1.5, 2**40, True, False, [], {}, ["x"], [{}], {"a": 1}, "\u0660"]
VALUES: Mapping[str, list[Any]] = {
    "sub_application_id": [SUB, SUB.upper(), "3f2b8c1e"],
    "status": [*sorted(STATUSES), "granted", "Approved"],
    "receipt_no": ["WJ-1", "x" * 64, "x" * 65],
    "due": ["2026-11-26", "2026-02-30", "1999-12-31", "2026-1-1", "20261126"],
    "result": [{"file_no": "1"}, {"a b": 1}, {"": 1}, {f"f{n}": n for n in range(201)}],
    "reasons": [[{"text": "x"}], [{"text": 1}], [{"about": None}], [{"article": "x" * 201}], [{}] * 51, ["x"]],
    "procedure": ["听证", "x" * 65],
    "expected_days": [5, 3660, 3661],
    "seq": [2, 2**31 - 1, 2**31],
    "occurred_at": ["2026-01-22T09:30:00+08:00", "2026-01-22T09:30:00Z", "2026-01-22T09:30:00", "1999-01-01T00:00:00Z"],
    "fee": [
        {"amount": "36.50", "label": "工本费"},
        {"amount": "36.505"},
        {"amount": 36.5},
        {"label": 1},
        {"amount": "-1"},
    ],
    "why_again": ["x" * 500, "x" * 501],
    "remedy": ["x" * 500, "x" * 501],
    "apply_to": ["x" * 200, "x" * 201],
    "result_id": ["R_CARE", "x" * 65],
    "in_clock": [True, "true"],
    "of_a_later_version": [{"any": ["thing"]}],
}
# The portal is kinder than the document in how these are written.
WRITTEN_IN_SEVERAL_WAYS = {"sub_application_id", "occurred_at", "fee"}
DOCUMENTS = st.fixed_dictionaries(
    {"sub_application_id": st.just(SUB), "status": st.sampled_from(sorted(STATUSES))},
    optional={name: st.sampled_from([*VALUES[name], *ODD]) for name in [*VALUES][2:]},
)


def is_taken_by_the_portal(document: Mapping[str, Any]) -> bool:
    try:
        answer_of(document)
    except NotInContract:
        return False
    return True


@settings(max_examples=600, deadline=None)
@given(DOCUMENTS)
def test_kit_and_portal_judge_every_answer_alike(document: dict[str, Any]) -> None:
    assert (faults_of(document) == []) == is_taken_by_the_portal(document), faults_of(document)


@settings(max_examples=600, deadline=None)
@given(DOCUMENTS)
def test_what_is_in_the_schema_is_taken_by_the_portal(document: dict[str, Any]) -> None:
    if faults("Answer", document) == [] and not _is_told_by_words_alone(document):
        assert is_taken_by_the_portal(document), document


def _is_told_by_words_alone(document: Mapping[str, Any]) -> bool:
    """Bounds of time that a schema cannot say: of our century, and not in the future."""
    day, moment = document.get("due"), document.get("occurred_at")
    return (day or "2000") < "2000" or (moment or "2000") < "2000"


@pytest.mark.parametrize("name", [name for name in VALUES if name != "of_a_later_version"])
def test_each_value_that_the_schema_allows_alone_is_allowed_by_all_three(name: str) -> None:
    """One value at a time, so that nothing else hides a difference."""
    usual: dict[str, Any] = {"sub_application_id": SUB, "status": "received", "procedure": "听证", "reasons": [{}]}
    for value in [*VALUES[name], *ODD]:
        document = usual | {name: value}
        by_schema, by_portal = faults("Answer", document) == [], is_taken_by_the_portal(document)
        assert (faults_of(document) == []) == by_portal, document
        if not _is_told_by_words_alone({key: text for key, text in document.items() if isinstance(text, str)}):
            assert not by_schema or by_portal, document
            if name not in {
                "sub_application_id",
                "occurred_at",
                "fee",
            }:  # the portal is kinder in how these are written
                assert by_schema == by_portal, document


def test_a_moment_in_the_future_is_taken_by_neither() -> None:
    ahead = {"sub_application_id": SUB, "status": "received", "occurred_at": "2999-01-01T00:00:00+00:00"}
    assert faults_of(ahead) and not is_taken_by_the_portal(ahead)
    now = ahead | {"occurred_at": datetime.now(UTC).isoformat()}
    assert not faults_of(now) and is_taken_by_the_portal(now)
