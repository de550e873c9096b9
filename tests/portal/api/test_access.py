"""Every address of the API, tried by everybody it is no business of: as if it did not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern

from cases.models import Case, Event, Licence, LicenceGrant, Party, SubApplication
from portal.accounts.models import Account, ApiToken
from portal.api.v1.urls import urlpatterns
from tests.portal.api.conftest import Caller, filled, submitted

pytestmark = pytest.mark.django_db
OPEN = {"schema", "tokens", "bundles", "bundle"}
COLLECTIONS = {"drafts", "cases", "authorisations", "licences"}
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
BODY = {"reason": "x", "go_on": True, "slot": "M_HUKOU_BOOK", "how": "defer", "fields": {"mother_live": "改了"}}


def addresses(ids: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and path of every route, with the ids of 林晓岚's case in it."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        path = str(pattern.pattern)
        for name, value in {**ids, "answer": "agree", "code": "XSECS"}.items():
            for kind in ("uuid", "str"):
                path = path.replace(f"<{kind}:{name}>", str(value))
        assert "<" not in path, path
        yield pattern.name or "", f"/{path}"


def ids_of(case_id: str) -> dict[str, Any]:
    party = Party.objects.filter(case_id=case_id, party_id="father").first()
    sub = SubApplication.objects.filter(case_id=case_id).first()
    licence, grant = Licence.objects.first(), LicenceGrant.objects.first()
    found = {"party_id": party, "sub_id": sub, "licence_id": licence, "grant_id": grant}
    return {"case_id": case_id, **{name: row.pk if row else uuid4() for name, row in found.items()}}


def test_everybody_else_gets_404_on_every_address_of_a_case(
    lin: Caller, chen: Caller, everybody_else: dict[str, Caller]
) -> None:
    draft, case = filled(lin), submitted(lin, chen)
    before = (Event.objects.count(), list(Case.objects.order_by("pk").values_list("version", "state")))
    wrong = []
    for found in (draft["id"], case["id"]):
        for name, path in addresses(ids_of(found)):
            for who, someone in everybody_else.items():
                if name in OPEN | COLLECTIONS:
                    continue
                codes = {m: someone.send(m, path, BODY, **{"Idempotency-Key": "x"}).status_code for m in METHODS}
                wrong += [(who, path, m, code) for m, code in codes.items() if code not in (404, 405)]
    assert wrong == []
    assert before == (Event.objects.count(), list(Case.objects.order_by("pk").values_list("version", "state")))


def test_the_other_party_sees_the_request_and_nothing_of_the_case(lin: Caller, chen: Caller) -> None:
    case = submitted(lin, chen)
    ids = ids_of(case["id"])
    codes = {
        path: chen.send(m, path, BODY, **{"Idempotency-Key": "x"}).status_code
        for name, path in addresses(ids)
        if name not in OPEN | COLLECTIONS | {"authorisation_answer"}
        for m in ("GET", "POST", "PATCH")
    }
    assert set(codes.values()) <= {404, 405}
    shown = str(chen.get("/authorisations/").json())
    assert "林晓岚" not in shown


def test_nobody_without_a_token_gets_beyond_the_catalogue(lin: Caller, chen: Caller) -> None:
    case = submitted(lin, chen)
    nobody, forged = Caller(), Caller("x" * 43)
    for name, path in addresses(ids_of(case["id"])):
        if name in OPEN:
            continue
        codes = {who.send(m, path, BODY).status_code for who in (nobody, forged) for m in ("GET", "POST")}
        assert codes <= {401, 405}, path
        assert 401 in codes, path


def test_lists_hold_what_is_ones_own(lin: Caller, chen: Caller, everybody_else: dict[str, Caller]) -> None:
    submitted(lin, chen)
    for who, someone in everybody_else.items():
        assert someone.get("/cases/").json() == [], who
        assert someone.get("/authorisations/").json() == [], who
        licences = someone.get("/licences/")
        assert licences.status_code == 404 or licences.json() == [], who


def test_only_applicants_begin_a_draft(everybody_else: dict[str, Caller]) -> None:
    codes = {who: c.post("/drafts/", {"bundle": "XSECS"}).status_code for who, c in everybody_else.items()}
    assert {who for who, code in codes.items() if code == 201} <= {"stranger", "firm"}
    assert {codes[who] for who in ("clerk", "teacher", "officer", "admin", "supervisor")} == {404}
    assert not Case.objects.filter(applicant__role__in=["clerk", "staff", "administrator", "supervisor"]).exists()


def test_somebody_elses_item_is_not_reached_through_ones_own_case(lin: Caller, chen: Caller) -> None:
    mine = submitted(lin, chen)
    theirs = chen.post("/drafts/", {"bundle": "XSECS"}).json()
    item = mine["items"][0]["sub_id"]
    answer = chen.post(f"/cases/{theirs['id']}/items/{item}/withdraw/", {"reason": "x"})
    assert answer.status_code == 404


def test_a_token_of_somebody_switched_off_or_taken_back_opens_nothing(lin: Caller) -> None:
    assert lin.get("/cases/").status_code == 200
    Account.objects.update(is_active=False)
    assert lin.get("/cases/").status_code == 401
    Account.objects.update(is_active=True)
    token = ApiToken.objects.get()
    token.revoked_at = token.created_at
    token.save(update_fields=["revoked_at"])
    assert lin.get("/cases/").status_code == 401
