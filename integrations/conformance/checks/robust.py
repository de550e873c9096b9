"""R: what is not in the contract is refused as such; nothing that comes in may end in a 5xx or a cut line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ..findings import expect
from ..line import Reply
from ..portal import Portal
from .register import check

REFUSED = frozenset({400, 413, 422})
TOO_LARGE = 2 * 1024 * 1024
DEEP = 100_000
WRONG_TYPES: tuple[Mapping[str, Any], ...] = (
    {"fields": []},
    {"fields": "text"},
    {"item": None},
    {"materials": {}},
    {"applicant": 1},
    {"contract": 2},
)


@check("R1")
def what_is_not_json_is_refused(portal: Portal) -> str:
    for body in (b"", b"not json", b'{"contract": 1,', b"\xff\xfe{}", b"<xml/>"):
        key = str(uuid4())
        ended = portal.post("/applications", body, key)
        expect(isinstance(ended, Reply) and ended.status in {400, 422}, f"{body[:20]!r}: {ended}")
        _nothing_filed(portal, key)
    return "five times refused"


@check("R2")
def what_is_not_a_filing_is_refused(portal: Portal) -> str:
    for body in (b"[]", b"null", b'"text"', b"{}", b'{"contract": 1}', b'{"contract": 1, "sub_application_id": 7}'):
        key = str(uuid4())
        ended = portal.post("/applications", body, key)
        expect(isinstance(ended, Reply) and ended.status in {400, 422}, f"{body[:40]!r}: {ended}")
        _nothing_filed(portal, key)
    return "six times refused"


@check("R3")
def what_is_too_large_is_refused(portal: Portal) -> str:
    key = str(uuid4())
    body = portal.filing_body(str(uuid4()), more={"padding": "x" * TOO_LARGE})
    ended = portal.post("/applications", body, key)
    expect(isinstance(ended, Reply) and ended.status == 413, f"{ended}")
    _nothing_filed(portal, key)
    return "HTTP 413"


@check("R4")
def deep_json_does_no_harm(portal: Portal) -> str:
    body = portal.filing_body(str(uuid4()), more={"deep": 0}).replace(
        b'"deep": 0', b'"deep": ' + b"[" * DEEP + b"]" * DEEP
    )
    ended = portal.post("/applications", body, str(uuid4()))
    expect(isinstance(ended, Reply) and ended.status < 500, f"{ended}")
    return f"HTTP {ended.status}"


@check("R5")
def wrong_types_do_no_harm(portal: Portal) -> str:
    """Any answer of the contract or refusal will do, a 5xx will not."""
    for more in WRONG_TYPES:
        ended = portal.post("/applications", portal.filing_body(str(uuid4()), more=more), str(uuid4()))
        expect(isinstance(ended, Reply) and ended.status < 500, f"{more}: {ended}")
    return "no 5xx"


@check("R6")
def a_filing_needs_its_key(portal: Portal) -> str:
    ended = portal.post("/applications", portal.filing_body(str(uuid4())), None)
    expect(isinstance(ended, Reply) and ended.status in {400, 422}, f"{ended}")
    return f"HTTP {ended.status}"


@check("R7")
def unknown_paths_are_404(portal: Portal) -> str:
    path = f"{portal.line.root}/applications/{uuid4()}/nothing"
    ended = portal.post(path.removeprefix(portal.line.root), b"{}", str(uuid4()))
    expect(isinstance(ended, Reply) and ended.status in {404, 405}, f"{ended}")
    return f"HTTP {ended.status}"


@check("R8")
def it_still_works_afterwards(portal: Portal) -> str:
    portal.post("/applications", b"\x00" * 1000, str(uuid4()))
    portal.post("/applications", b"[" * DEEP, str(uuid4()))
    return str(portal.file().answer()["status"])


def _nothing_filed(portal: Portal, key: str) -> None:
    if portal.can_be_asked:
        known = portal.ask(key)
        expect(isinstance(known, Reply) and known.status == 404, f"refused, but carried out: asked by key: {known}")
