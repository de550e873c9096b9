"""The wallet through the API: for its holder, in full; for nobody else."""

from __future__ import annotations

import pytest
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.models import Case, LicenceGrant
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments
from tests.portal.api.conftest import Caller, submitted

pytestmark = pytest.mark.django_db
GOING_ON = {"state": "in_progress", "outcome": "", "closed_at": None}


def test_a_licence_is_read_granted_shown_and_the_grant_taken_back(
    lin: Caller, chen: Caller, everybody_else: dict[str, Caller], departments: FakeDepartments
) -> None:
    """个人信息保护法 第四十五条, 第十四、十五条."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = submitted(lin, chen)
    dispatch.pump()
    mine = next(one for one in lin.get("/licences/").json() if one["code"] == "BIRTH_CERT")
    assert (mine["role"], mine["state"], mine["trust"]) == ("own", "in_force", "B")
    address = f"/licences/{mine['id']}/"
    assert {"label": "出生证编号", "value": "R350000001"} in lin.get(address).json()["face"]
    assert {who.get(address).status_code for who in everybody_else.values()} <= {401, 404}
    Case.objects.filter(pk=case["id"]).update(**GOING_ON, next_at=timezone.now())
    asked = {"case_number": Case.objects.get(pk=case["id"]).number, "days": 7}
    (given,) = lin.post(f"{address}grants/", asked).json()
    assert given["standing"] == "stands"
    assert len(lin.post(f"{address}show/", {}).json()["code"]) == 8
    assert {who.post(f"{address}grants/", asked).status_code for who in everybody_else.values()} <= {401, 404}
    back = lin.post(f"/licences/grants/{given['id']}/revoke/", {}).json()
    assert {one["id"]: one["standing"] for one in back}[given["id"]] == "revoked"
    assert LicenceGrant.objects.get(pk=given["id"]).revoked_at is not None
