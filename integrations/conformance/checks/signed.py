"""S: nobody without the key is heard, and what is refused is not carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from ..findings import Skipped, expect
from ..line import Reply
from ..portal import Portal
from ..signing import Key, signed_headers
from .register import check

OLD_S = 600.0


@check("S1")
def an_unsigned_filing_is_refused(portal: Portal) -> str:
    return _refused(portal, {})


@check("S2")
def a_wrong_secret_is_refused(portal: Portal) -> str:
    wrong = replace(portal.key, secret=b"not-the-secret-of-this-department-00")
    return _refused(portal, None, key=wrong)


@check("S3")
def a_changed_body_is_refused(portal: Portal) -> str:
    sub_id, key = str(uuid4()), str(uuid4())
    signed, sent = portal.filing_body(sub_id), portal.filing_body(sub_id, more={"purpose": "改过的内容"})
    path = portal.line.root + "/applications"
    return _must_be_401(portal, signed_headers(portal.key, "POST", path, signed), sent, key)


@check("S4")
def a_signature_for_another_path_is_refused(portal: Portal) -> str:
    sub_id, key = str(uuid4()), str(uuid4())
    body = portal.filing_body(sub_id)
    elsewhere = f"{portal.line.root}/applications/{key}/withdraw"
    _must_be_401(portal, signed_headers(portal.key, "POST", elsewhere, body), body, key)
    path = portal.line.root + "/applications"
    return _must_be_401(portal, signed_headers(portal.key, "PUT", path, body), body, key)


@check("S5")
def an_old_timestamp_is_refused(portal: Portal) -> str:
    return _refused(portal, None, age_s=OLD_S)


@check("S6")
def a_timestamp_of_the_future_is_refused(portal: Portal) -> str:
    return _refused(portal, None, age_s=-OLD_S)


@check("S7")
def a_nonce_counts_once(portal: Portal) -> str:
    path = f"{portal.line.root}/applications/{uuid4()}"
    headers = signed_headers(portal.key, "GET", path, b"")
    first, second = portal.raw("GET", path, headers), portal.raw("GET", path, headers)
    expect(isinstance(first, Reply) and first.status != 401, f"the first time: {first}")
    expect(isinstance(second, Reply) and second.status == 401, f"the second time: {second}")
    return f"{first.status}, then {second.status}"


@check("S8")
def an_unknown_key_is_refused(portal: Portal) -> str:
    return _refused(portal, None, key=replace(portal.key, key_id="NOBODY-0"))


@check("S9")
def asking_needs_a_signature_too(portal: Portal) -> str:
    filing = portal.file()
    filing.answer()
    ended = portal.raw("GET", f"{portal.line.root}/applications/{filing.key}", {})
    expect(isinstance(ended, Reply) and ended.status == 401, f"{ended}")
    return "HTTP 401"


@check("S10")
def the_other_algorithm_is_refused(portal: Portal) -> str:
    other = "hmac-sha256" if portal.key.algorithm == "hmac-sm3" else "hmac-sm3"
    return _refused(portal, None, key=replace(portal.key, algorithm=other))


@check("S11")
def garbled_headers_are_refused(portal: Portal) -> str:
    garbled: tuple[Mapping[str, str], ...] = (
        {"X-Timestamp": "soon"},
        {"X-Timestamp": "-1"},
        {"X-Timestamp": "9" * 40},
        {"X-Timestamp": ""},
        {"X-Nonce": ""},
        {"X-Signature": ""},
        {"X-Signature": "!" * 44},
        {"X-Signature": "none"},
        {"X-Key-Id": ""},
        {"X-Key-Id": "'; --"},
    )
    for headers in garbled:
        _refused(portal, headers, signed=True)
    return f"{len(garbled)} times 401"


@check("S12")
def both_keys_count_while_rotating(portal: Portal) -> str:
    if portal.second_key is None:
        raise Skipped("needs --second-key-id and its secret")
    path = f"{portal.line.root}/applications/{uuid4()}"
    ended = portal.raw("GET", path, signed_headers(portal.second_key, "GET", path, b""))
    expect(isinstance(ended, Reply) and ended.status == 404, f"{ended}")
    return "HTTP 404, the second key was taken"


def _refused(
    portal: Portal,
    headers: Mapping[str, str] | None,
    *,
    key: Key | None = None,
    age_s: float = 0,
    signed: bool | None = None,
) -> str:
    """File with headers that must not be taken: none but those given, or signed in a wrong way."""
    path, filing_key = portal.line.root + "/applications", str(uuid4())
    body = portal.filing_body(str(uuid4()))
    right = signed_headers(key or portal.key, "POST", path, body, age_s=age_s)
    sent = right | dict(headers or {}) if signed or headers is None else dict(headers)
    return _must_be_401(portal, sent, body, filing_key)


def _must_be_401(portal: Portal, headers: Mapping[str, str], body: bytes, key: str) -> str:
    path = portal.line.root + "/applications"
    more = {"Content-Type": "application/json", "Idempotency-Key": key}
    ended = portal.raw("POST", path, {**headers, **more}, body)
    expect(isinstance(ended, Reply) and ended.status == 401, f"{ended}")
    if portal.can_be_asked:
        known = portal.ask(key)
        expect(isinstance(known, Reply) and known.status == 404, f"refused, but carried out: asked by key: {known}")
    return "HTTP 401, and nothing was filed"
