"""A register that hangs, over the wire: the page goes on within its budget, and the value is there afterwards."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.applying import drafting
from cases.actions.registers import late
from cases.models import Case, DataCall, LatePrefill
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.mock_process import MockProcess


def begun(lin: Account) -> Case:
    return drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)


def pressed(client: Client, case: Case) -> float:
    """How long a page takes that asks the registers (seconds)."""
    began = time.monotonic()
    assert client.post(reverse("citizen:situations", args=[case.pk]), {}).status_code == 302
    return time.monotonic() - began


@pytest.mark.usefixtures("db")
def test_a_hanging_register_holds_no_page_longer_than_its_budget(connected: MockProcess, settings: Any) -> None:
    settings.NUDGE_THROUGH_BROKER = False
    lin = newborn.account(newborn.LIN, "lin")
    client = Client()
    client.force_login(lin)
    quiet = pressed(client, begun(lin))  # what the page costs by itself, on this machine and now
    connected.control("behaviour", interface="HUKOU_INFO", faults={"hang_s": 20})
    case = begun(lin)
    assert pressed(client, case) <= quiet + drafting.PREFILL_BUDGET_S + 0.5
    assert pressed(client, case) <= quiet + 0.8  # the background asks on; a page does not wait again
    assert "mother_hukou" not in Case.objects.get(pk=case.pk).answers["fields"]
    drafting.save_section(case.pk, "s_mother", {"mother_live": "示例路3号"}, by=lin.actor)
    connected.control("reset")
    assert late.carry_on() == 1
    fields = Case.objects.get(pk=case.pk).answers["fields"]
    assert fields["mother_hukou"] and fields["mother_live"] == "示例路3号"
    assert not LatePrefill.objects.filter(case=case).exists()
    asked = list(DataCall.objects.filter(case=case, code="HUKOU_INFO").order_by("pk").values_list("outcome", "reason"))
    assert ("unavailable", "slow") in asked and asked[-1] == ("found", "")
