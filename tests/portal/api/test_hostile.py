"""Bodies that nobody sends by accident: refused with a sentence, never an error of ours, nothing changed."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Case
from tests.factories import newborn
from tests.portal.api.conftest import Caller

pytestmark = pytest.mark.django_db
NOT_JSON = {
    "nothing but brackets": b"[" * 200_000,
    "deep": b'{"fields":' * 5000 + b"1" + b"}" * 5000,
    "seventeen deep": json.dumps({"fields": {"a": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}}).encode(),
    "NaN": b'{"fields": {"gest_weeks": NaN}}',
    "infinity": b'{"version": -Infinity}',
    "endless number": b'{"version": ' + b"9" * 5000 + b"}",
    "NUL": b'{"fields": {"mother_live": "a\\u0000b"}}',
    "NUL as a key": b'{"fields": {"a\\u0000": "b"}}',
    "lone surrogate": b'{"fields": {"mother_live": "\\ud800"}}',
    "the same key twice": b'{"bundle": "XSECS", "bundle": "QYPC"}',
    "a list": b'["bundle"]',
    "a word": b'"bundle"',
    "null": b"null",
    "half of it": b'{"bundle": "XS',
    "not UTF-8": b'{"bundle": "\xff\xfe"}',
    "with a mark before": b'\xef\xbb\xbf{"bundle": "XSECS"}',
}
ODD = [
    None, True, 0, -1, 10**30, 1.5, "", "x", "x" * 10_000, "\u202e", "'; DROP TABLE cases_case; --", [], [[]], {},
    {"a": {"b": 1}}, [None], [{}], ["x"] * 1000,
]  # fmt: skip


@pytest.fixture
def draft(lin: Caller) -> Any:
    return lin.post("/drafts/", {"bundle": "XSECS", "guidance": newborn.GUIDANCE}).json()


def places(draft: Any) -> list[tuple[str, str]]:
    """Every address that reads a body."""
    case = f"/cases/{draft['id']}"
    return [
        ("POST", "/tokens/"),
        ("POST", "/drafts/"),
        ("PATCH", f"/drafts/{draft['id']}/"),
        ("POST", f"/drafts/{draft['id']}/materials/"),
        ("POST", f"/drafts/{draft['id']}/submit/"),
        ("POST", f"{case}/withdraw/"),
        ("POST", f"{case}/items/{uuid4()}/withdraw/"),
        ("POST", f"{case}/items/{uuid4()}/choose/"),
    ]


def test_a_body_that_is_no_sound_json_is_a_400_everywhere(lin: Caller, draft: Any) -> None:
    before = Case.objects.values_list("version", "state").get()
    codes = {
        (method, path, what): lin.send(method, path, body, **{"Idempotency-Key": "k"}).status_code
        for method, path in places(draft)
        for what, body in NOT_JSON.items()
    }
    unread = {key: code for key, code in codes.items() if code != 400 and "/items/" not in key[1]}
    assert unread == {}
    assert set(codes.values()) <= {400, 404}
    assert Case.objects.values_list("version", "state").get() == before


def test_a_refused_body_is_answered_with_a_sentence(lin: Caller) -> None:
    error = lin.post("/drafts/", NOT_JSON["NaN"]).json()["error"]
    assert error == {"code": "parse_error", "message": "请求正文不是可以接受的 JSON", "faults": []}


def test_a_value_of_the_wrong_kind_is_never_our_fault(lin: Caller, draft: Any) -> None:
    place = f"/drafts/{draft['id']}/"
    names = ("version", "guidance", "ticks", "later", "rows", "fields")
    bodies = [{name: odd} for name in names for odd in ODD]
    bodies += [{"guidance": {"born_at": odd}} for odd in ODD] + [{"rows": {"s_child": odd}} for odd in ODD[:8]]
    bodies += [{"fields": {path: odd}} for odd in ODD for path in ("mother_live", "s_child.0.gest_weeks", "delivery")]
    odd_paths = ("", ".", "s_child", "s_child.0", "s_child.-1.child_name", "s_child.9999999999.child_name", "no_such",
                 "s_child.0.child_name.x", "s_child.０.child_name", "__class__", "mother_id")  # fmt: skip
    bodies += [{"fields": {path: "x"}} for path in odd_paths]
    codes = {json.dumps(body)[:80]: lin.patch(place, body).status_code for body in bodies}
    assert {text: code for text, code in codes.items() if code not in (200, 400, 409, 422)} == {}
    assert lin.get(place).status_code == 200


def test_other_bodies_of_the_wrong_kind_are_refused(lin: Caller, draft: Any) -> None:
    wanted: list[tuple[str, Any]] = [("/drafts/", {"bundle": odd}) for odd in ODD]
    wanted += [("/drafts/", {"bundle": "XSECS", "guidance": odd}) for odd in ODD if odd != {}]
    wanted += [("/drafts/", {"bundle": "XSECS", "channel": odd}) for odd in ODD]
    wanted += [(f"/drafts/{draft['id']}/materials/", {"slot": odd, "how": "defer"}) for odd in ODD]
    wanted += [(f"/drafts/{draft['id']}/materials/", {"slot": "M_RECEIPT", "how": odd}) for odd in ODD]
    wanted += [
        (f"/cases/{draft['id']}/withdraw/", {"reason": odd}) for odd in ODD if not isinstance(odd, str | int | float)
    ]
    codes = {json.dumps([path, body])[:120]: lin.post(path, body).status_code for path, body in wanted}
    assert {text: code for text, code in codes.items() if code not in (400, 404, 409, 422)} == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.dictionaries(
        st.sampled_from(["bundle", "guidance", "channel", "version", "fields", "rows", "ticks", "later"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=3,
    )
)
def test_whatever_json_comes_is_answered(lin: Caller, draft: Any, body: Any) -> None:
    sent = json.dumps(body).encode()
    for method, path in places(draft)[2:3]:
        assert lin.send(method, path, sent).status_code < 500


def test_a_body_that_is_not_called_json_is_refused(lin: Caller) -> None:
    from django.test import Client

    headers = {"Authorization": f"Bearer {lin.token}"}
    answer = Client().post("/api/v1/drafts/", "<a/>", content_type="application/xml", headers=headers)
    assert answer.status_code == 415
    assert answer.json()["error"]["message"]
