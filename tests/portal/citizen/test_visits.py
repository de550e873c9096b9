"""Coming once: a time is chosen among the free ones, moved, put into one's calendar; departments come together."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.actions.scheduling import joint_visits
from cases.models import Case, SubApplication, Visit
from cases.ports import Actor
from portal.accounts.models import Account
from tests.factories import modes
from tests.factories.doubles import FakeDepartments
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = "2026-11-23T10:00:00+08:00", "2026-11-24T08:00:00+08:00"


@pytest.fixture
def owner(db: None) -> Account:
    return modes.company()


@pytest.fixture
def waiting(owner: Account, departments: FakeDepartments) -> SubApplication:
    with time_machine.travel(MONDAY, tick=True):
        return SubApplication.objects.get(case=modes.foreigner(owner), item_id="VERIFY_VISIT")


def test_a_time_is_chosen_moved_and_put_into_the_calendar(
    waiting: SubApplication, owner: Account, as_person: SignIn
) -> None:
    case_address = f"/cases/{waiting.case_id}/"
    address = f"{case_address}visits/{waiting.pk}/"
    with time_machine.travel(TUESDAY, tick=True):
        client = as_person(owner)
        page = text_of(client.get(case_address))
        assert "请预约到场一次" in page and "护照原件" in page
        form = text_of(client.get(address))
        slots = re.findall(r'name="slot" value="([^"]+)"', form)
        assert slots and "日本語" in form and "不计入办理时限" in form
        nothing = client.post(address, {"slot": "then"}, follow=True)
        assert "请选一个时段" in text_of(nothing) and not Visit.objects.exists()
        assert client.post(address, {"slot": slots[0], "language": "en"}).status_code == 302
        visit = Visit.objects.get(sub=waiting)
        assert visit.language == "en"
        assert "已约好到场" in text_of(client.get(case_address))
        entry = client.get(f"{case_address}calendar/{visit.pk}/")
        assert entry["Content-Type"].startswith("text/calendar")
        lines = text_of(entry).split("\r\n")
        assert "DTSTART:20261124T010000Z" in lines and "DTEND:20261124T012000Z" in lines
        assert all(len(line.encode()) <= 75 for line in lines)
        assert client.post(address, {"slot": slots[3]}).status_code == 302
        assert Visit.objects.get(sub=waiting, state="booked").begins_at.isoformat() != slots[0]
        assert client.get(f"{case_address}calendar/{visit.pk}/").status_code == 404


def test_a_booking_is_nobody_elses_business(
    waiting: SubApplication, owner: Account, stranger: Account, as_person: SignIn
) -> None:
    with time_machine.travel(TUESDAY, tick=True):
        assert as_person(stranger).get(f"/cases/{waiting.case_id}/visits/{waiting.pk}/").status_code == 404
        other = SubApplication.objects.filter(case=waiting.case).exclude(pk=waiting.pk)[0]
        assert as_person(owner).get(f"/cases/{waiting.case_id}/visits/{other.pk}/").status_code == 404


def test_a_time_that_was_taken_meanwhile_is_said_so(waiting: SubApplication, owner: Account, as_person: SignIn) -> None:
    with time_machine.travel(TUESDAY, tick=True):
        answer = as_person(owner).post(
            f"/cases/{waiting.case_id}/visits/{waiting.pk}/", {"slot": "2026-11-24T03:00:00+08:00"}
        )
    assert answer.status_code == 409 and "请换一个时段" in text_of(answer)


def test_the_occasion_of_all_departments_stands_on_the_page(
    owner: Account, departments: FakeDepartments, as_person: SignIn
) -> None:
    case: Case = modes.restaurant(owner, departments)
    begins = timezone.now() + timedelta(days=2)
    lead = Actor("staff", "2", "SC")
    visit = joint_visits.arrange(case.pk, begins, begins + timedelta(hours=2), "示例路1号", by=lead)
    client = as_person(owner)
    page = text_of(client.get(f"/cases/{case.pk}/"))
    assert "各部门合并上门一次" in page and "示例路1号" in page
    entry = text_of(client.get(f"/cases/{case.pk}/calendar/{visit.pk}/"))
    assert "LOCATION:示例路1号" in entry
