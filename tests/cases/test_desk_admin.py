"""Desks in the administration: posts with a sealed address, rules of escalation, mail that waits."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from cases.models import DeskPost, EscalationRule
from tests.cases.test_admin import browser
from tests.factories.desk import worker

pytestmark = pytest.mark.django_db


def test_the_address_of_a_post_is_sealed_and_can_be_changed() -> None:
    client = browser("view_deskpost", "change_deskpost", "add_deskpost")
    account = worker("officer")
    made: Any = client.post(
        reverse("admin:cases_deskpost_add"), {"account": account.pk, "email": "o@example.gov.cn", "is_head": "on"}
    )
    assert made.status_code == 302
    post = DeskPost.objects.get(account=account)
    assert (post.email, post.is_head) == ("o@example.gov.cn", True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM cases_deskpost")
        assert b"example" not in bytes(cursor.fetchone()[0])
    page = client.get(reverse("admin:cases_deskpost_change", args=[post.pk])).content.decode()
    assert "o@example.gov.cn" in page


def test_a_post_away_without_an_end_is_refused() -> None:
    client = browser("view_deskpost", "change_deskpost", "add_deskpost")
    account = worker("officer")
    answer = client.post(
        reverse("admin:cases_deskpost_add"), {"account": account.pk, "email": "", "away_from": "2026-12-01"}
    )
    assert answer.status_code == 200 and not DeskPost.objects.exists()


def test_a_rule_beyond_a_hundred_percent_is_refused() -> None:
    client = browser("view_escalationrule", "add_escalationrule", "change_escalationrule")
    sent = {"level": "head", "trigger": "percent_used", "threshold": "120", "enabled": "on"}
    before = EscalationRule.objects.count()
    assert client.post(reverse("admin:cases_escalationrule_add"), sent).status_code == 200
    assert EscalationRule.objects.count() == before
    assert client.post(reverse("admin:cases_escalationrule_add"), {**sent, "threshold": "95"}).status_code == 302


def test_mail_is_read_and_never_changed() -> None:
    client = browser("view_staffmail", "change_staffmail", "add_staffmail")
    assert client.get(reverse("admin:cases_staffmail_changelist")).status_code == 200
    assert client.get(reverse("admin:cases_staffmail_add")).status_code == 403
