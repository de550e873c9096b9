"""G: a register: one question, answered at once; no record is an answer too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..findings import Skipped, expect
from ..line import Ended, Reply
from ..portal import Portal, encoded
from ..strict import read_json
from .register import check

REGISTER_S = 2.0
LARGEST_LIST = 50
NOBODY = "110101190001010008"


@check("G1")
def a_record_is_found(portal: Portal) -> str:
    asked = _interface(portal)
    said = _answer(_ask(portal, asked["inputs"]))
    expect(said["found"] is True, f"{json.dumps(said, ensure_ascii=False)[:120]}")
    records = said.get("records") or [said.get("data")]
    expect(isinstance(records, list) and len(records) <= LARGEST_LIST, "records: not a list of at most 50")
    expect(all(isinstance(one, dict) for one in records), "data: not an object")
    if said.get("as_of") is not None:
        expect(datetime.fromisoformat(said["as_of"]).tzinfo is not None, "as_of: without an offset")
    return f"{len(records)} record(s)"


@check("G2")
def no_record_is_an_answer(portal: Portal) -> str:
    inputs = _interface(portal)["inputs"]
    said = _answer(_ask(portal, {name: NOBODY if "id" in name else "无此人" for name in inputs}))
    expect(said["found"] is False, "somebody is found who does not exist")
    return "found: false"


@check("G3")
def a_register_answers_within_two_seconds(portal: Portal) -> str:
    took = max(_ask(portal, _interface(portal)["inputs"]).elapsed_s for _ in range(3))
    expect(took < REGISTER_S, f"{took:.1f} s")
    return f"{took * 1000:.0f} ms"


@check("G4")
def conditional_data_needs_a_consent(portal: Portal) -> str:
    asked = _interface(portal)
    if not asked.get("conditional"):
        raise Skipped('not shared conditionally ("conditional": true in --interface)')
    ended = _ask(portal, asked["inputs"], consent_id=None)
    expect(isinstance(ended, Reply) and ended.status == 403, f"{ended}")
    return "HTTP 403"


@check("G5")
def a_register_hears_nobody_unsigned(portal: Portal) -> str:
    path = f"{portal.line.root}/interfaces/{_interface(portal)['code']}"
    body = _question(portal, {}, "1")
    ended = portal.raw("POST", path, {"Content-Type": "application/json"}, body)
    expect(isinstance(ended, Reply) and ended.status == 401, f"{ended}")
    return "HTTP 401"


@check("G6")
def an_unknown_register_is_no_record(portal: Portal) -> str:
    """`found: false` from a register that is not there would be taken for a fact about a person."""
    _interface(portal)
    ended = portal.post("/interfaces/NO_SUCH_REGISTER", _question(portal, {"id_no": NOBODY}, "1"), None)
    expect(isinstance(ended, Reply) and 400 <= ended.status < 500, f"{ended}")
    return f"HTTP {ended.status}"


def _interface(portal: Portal) -> Mapping[str, Any]:
    if portal.interface is None:
        raise Skipped('needs --interface, for example {"code": "POP_BASIC", "inputs": {"id_no": "…"}}')
    return portal.interface


def _ask(portal: Portal, inputs: Mapping[str, str], *, consent_id: str | None = "1") -> Ended:
    return portal.post(f"/interfaces/{_interface(portal)['code']}", _question(portal, inputs, consent_id), None)


def _question(portal: Portal, inputs: Mapping[str, str], consent_id: str | None) -> bytes:
    number = "350200-KIT-20261121-000001-J"
    more = {"purpose": "符合性测试", "case_no": number, "sub_application_id": None, "consent_id": consent_id}
    return encoded({"inputs": dict(inputs), **more})


def _answer(ended: Ended) -> dict[str, Any]:
    expect(isinstance(ended, Reply) and ended.status == 200, f"{ended}")
    assert isinstance(ended, Reply)
    said = read_json(ended.body)
    expect(isinstance(said, dict) and type(said.get("found")) is bool, f"{ended}")
    return dict(said)
