"""A company, its agent, an old man and who helps him: the people of the tests about mandates."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from portal.accounts import mandates
from portal.accounts.models import Account, Mandate, Role
from tests.factories.library import companies, person
from tests.factories.newborn import account

CLOUD = "云栈数字科技（示例）有限公司"


def company() -> Account:
    """Signs in as a body (电子营业执照); 徐峰 is who its account names."""
    details = {"ent_name": CLOUD, "uscc": companies()[CLOUD]["uscc"], "legal_rep": "徐峰"}
    known = person("徐峰")
    return Account.objects.create_user(
        "cloud", "a-long-password", role=Role.COMPANY, name="徐峰", id_no=known["id_no"], phone=known["phone"],
        details=details,
    )  # fmt: skip


def agent() -> Account:
    return account(person("何律师"), "he")


def elder() -> Account:
    return account(person("黄阿婆"), "huang")


def helper() -> Account:
    return account(person("李秀英"), "li")


def terms(who: Account, **wanted: Any) -> mandates.Terms:
    """Half a year, everything a body may let do; what a test is about is named."""
    today = timezone.localdate()
    known: dict[str, Any] = {
        "name": who.name, "id_no": who.id_no, "phone": who.phone, "bundles": frozenset(),
        "acts": mandates.ALL_ACTS, "starts_on": today, "until": today + timedelta(days=180),
    }  # fmt: skip
    return mandates.Terms(**(known | wanted))


def given(
    principal: Account, who: Account, *, bundles: Collection[str] = (), acts: Collection[str] = mandates.ALL_ACTS,
    **more: Any,
) -> Mandate:  # fmt: skip
    """Asked and accepted."""
    asked, _ = mandates.invite(principal, terms(who, bundles=frozenset(bundles), acts=frozenset(acts), **more))
    return mandates.accept(asked.pk, who)


def acting(who: Account, mandate: Mandate) -> Client:
    """A browser in which the agent has chosen to act."""
    client = Client()
    client.force_login(who)
    assert client.post("/me/act/", {"as": str(mandate.pk)}).status_code == 302
    return client
