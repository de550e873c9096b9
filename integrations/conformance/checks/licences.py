"""D: the licence library of a department: search, keep once, revoke."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from ..findings import Skipped, expect
from ..line import Ended, Reply
from ..portal import Portal, encoded
from ..strict import read_json
from .register import check

LARGEST_LIST = 100
VALID = frozenset({"有效", "valid"})


@check("D1")
def licences_are_listed(portal: Portal) -> str:
    found = _search(portal)
    expect(len(found) <= LARGEST_LIST, f"{len(found)} licences")
    for one in found:
        _is_licence(portal, one)
    return f"{len(found)} licence(s)"


@check("D2")
def a_result_is_kept_once(portal: Portal) -> str:
    reference = f"{uuid4()}/LICENCE/1"
    first, again = _keep(portal, reference), _keep(portal, reference)
    expect(first["licence_id"] == again["licence_id"], f"{first['licence_id']}, then {again['licence_id']}")
    listed = [one for one in _search(portal) if one["licence_id"] == first["licence_id"]]
    expect(len(listed) == 1, f"found {len(listed)} times by its holder")
    return str(first["licence_id"])


@check("D3")
def a_revoked_licence_no_longer_counts(portal: Portal) -> str:
    kept = _keep(portal, f"{uuid4()}/LICENCE/1")["licence_id"]
    for _ in range(2):
        said = _licence(_post(portal, f"/licences/{quote(kept, safe='')}/revoke", {"reason": "符合性测试"}))
        expect(said.get("status") not in VALID, f"revoked, its status is {said.get('status')}")
    valid = [one for one in _search(portal) if one["licence_id"] == kept and one.get("status") in VALID]
    expect(not valid, "it is still found as valid")
    return "revoked twice"


@check("D4")
def an_unknown_licence_is_404(portal: Portal) -> str:
    _wanted(portal)
    ended = _post(portal, f"/licences/{uuid4()}/revoke", {"reason": "符合性测试"})
    expect(isinstance(ended, Reply) and ended.status == 404, f"{ended}")
    return "HTTP 404"


@check("D5")
def licences_are_shown_to_nobody_unsigned(portal: Portal) -> str:
    wanted = _wanted(portal)
    path = f"{portal.line.root}/licences/{wanted['code']}/search"
    ended = portal.raw("POST", path, {"Content-Type": "application/json"}, encoded({"holder": wanted["holder"]}))
    expect(isinstance(ended, Reply) and ended.status == 401, f"{ended}")
    return "HTTP 401"


def _wanted(portal: Portal) -> Mapping[str, Any]:
    if portal.licence is None:
        raise Skipped('needs --licence, for example {"code": "ID_CARD", "holder": {"id_no": "…"}, "data": {…}}')
    return portal.licence


def _search(portal: Portal) -> list[dict[str, Any]]:
    wanted = _wanted(portal)
    ended = _post(portal, f"/licences/{wanted['code']}/search", {"holder": wanted["holder"], "grant_id": "1"})
    expect(isinstance(ended, Reply) and ended.status == 200, f"{ended}")
    assert isinstance(ended, Reply)
    found = read_json(ended.body)
    expect(isinstance(found, list) and all(isinstance(one, dict) for one in found), "not a list of licences")
    return list(found)


def _keep(portal: Portal, reference: str) -> dict[str, Any]:
    wanted = _wanted(portal)
    if "data" not in wanted:
        raise Skipped('needs "data" in --licence: what the face of a kept licence says')
    body = {"holder": wanted["holder"], "data": wanted["data"], "reference": reference, "case_no": "350200-KIT-1"}
    ended = _post(portal, f"/licences/{wanted['code']}", body)
    expect(isinstance(ended, Reply) and ended.status in {200, 201}, f"{ended}")
    return _licence(ended)


def _post(portal: Portal, below: str, body: Mapping[str, Any]) -> Ended:
    return portal.post(below, encoded(body), None)


def _licence(ended: Ended) -> dict[str, Any]:
    expect(isinstance(ended, Reply) and ended.status in {200, 201}, f"{ended}")
    assert isinstance(ended, Reply)
    said = read_json(ended.body)
    expect(isinstance(said, dict) and isinstance(said.get("licence_id"), str), "no licence_id")
    return dict(said)


def _is_licence(portal: Portal, one: Mapping[str, Any]) -> None:
    expect(isinstance(one.get("data"), dict), "data: not an object")
    expect(isinstance(one.get("licence_id"), str) and 0 < len(one["licence_id"]) <= 128, "licence_id")
    for name in ("issued_on", "valid_to", "status", "file_url"):
        expect(isinstance(one.get(name) or "", str), f"{name}: not a text")
    expect(one.get("trust", "A") in tuple("ABCD"), f"trust: {one.get('trust')}")
    if one.get("file_url"):
        expect(urlsplit(one["file_url"]).hostname == portal.line.host, "file_url: not on the host of the base address")
