"""Lines that carry nothing stand on the attention desk, once each, and may be let pass by who looks after them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.delivery import circuits
from cases.models import Circuit, Heartbeat, Maintenance, Outage
from cases.ports import SYSTEM
from cases.queries import circuits as lines
from cases.queries import health_now
from portal.accounts.models import Account, Role
from tests.portal.counter.conftest import At, staff

pytestmark = pytest.mark.django_db
DESK = reverse("counter:attention")
CLOSE = reverse("counter:close_line", args=["GA"])


@pytest.fixture
def operator(db: None) -> Account:
    return staff("operator", Role.ADMINISTRATOR)


@pytest.fixture
def officer(db: None) -> Account:
    return staff("officer", Role.STAFF, "GA")


@pytest.fixture
def doctor(db: None) -> Account:
    return staff("doctor", Role.STAFF, "WJ")


@pytest.fixture
def broken(db: None) -> Outage:
    """The police has not been reached for a while."""
    circuits.note({"GA": circuits.Tally(failed=5, error="not sent: refused")})
    return Outage.objects.get(department="GA")


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_outage_is_told_to_everybody_on_the_desk_and_closed_by_who_may(
    broken: Outage, operator: Account, officer: Account, doctor: Account, at: At
) -> None:
    for account, may in ((operator, True), (officer, True), (doctor, False)):
        page = text_of(at(account).get(DESK))
        assert "部门线路" in page and "not sent: refused" in page
        assert (CLOSE in page) is may
    assert at(doctor).post(CLOSE).status_code == 404
    assert lines.open_outages() != ()
    answer = at(officer).post(CLOSE)
    assert (answer.status_code, answer.headers["Location"]) == (302, DESK)
    assert not Circuit.objects.exclude(opened_at=None).exists()
    assert Outage.objects.get(pk=broken.pk).ended_by == officer
    assert "部门线路" not in text_of(at(officer).get(DESK))
    assert at(officer).post(CLOSE).status_code == 404


def test_maintenance_is_listed_until_it_is_over_and_ended_by_who_may(
    operator: Account, doctor: Account, at: At
) -> None:
    now = timezone.now()
    made = circuits.announce_maintenance(
        "GA", starts_at=now, ends_at=now + timedelta(hours=2), notice="升级数据库", by=SYSTEM
    )
    end = reverse("counter:end_rest", args=[made.pk])
    assert "升级数据库" in text_of(at(doctor).get(DESK)) and end not in text_of(at(doctor).get(DESK))
    assert at(doctor).post(end).status_code == 404
    assert at(operator).post(end).status_code == 302
    assert Maintenance.objects.get(pk=made.pk).lifted_by == operator
    assert "升级数据库" not in text_of(at(operator).get(DESK))


def test_a_quiet_desk_shows_no_lines_and_asks_little_for_it(
    operator: Account, at: At, django_assert_max_num_queries: Any
) -> None:
    visitor = at(operator)
    visitor.get(DESK)
    with django_assert_max_num_queries(12):
        assert "部门线路" not in text_of(visitor.get(DESK))


def test_health_counts_outages_and_rings_after_an_hour(broken: Outage) -> None:
    Heartbeat.objects.bulk_create([Heartbeat(name=name, at=timezone.now()) for name in ("sweep", "nudge")])
    found = health_now()
    assert (found.outages, found.alarms) == (1, ())
    Outage.objects.filter(pk=broken.pk).update(began_at=timezone.now() - timedelta(hours=2))
    found = health_now()
    assert (found.oldest_outage_s >= 7200, found.alarms) == (True, ("outage_long",))
