"""Pages of live plans, visits and reports in a real browser: open to everybody, nothing spills over, both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Route

from cases.actions.delivery import dispatch
from cases.actions.scheduling import appointments, joint_visits, plan_pauses, replanning
from cases.models import SubApplication
from cases.ports import Actor
from portal.accounts.models import Account, Role
from portal.ui.stylesheet import sheet
from tests.factories import looking, modes
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.journey, pytest.mark.django_db, pytest.mark.timeout(300)]
ADDRESS = "http://testserver"
LANGUAGES, WIDTHS = ("zh", "en"), (390, 1440)
Show = Callable[[Account, str], None]


@pytest.fixture
def show(browser: Browser, db: None) -> Iterator[Show]:
    """Open a page as somebody in every look and judge it; a page is read once and shown in each width."""
    context = looking.opened(browser, WIDTHS[0])
    page = context.new_page()
    with connection.cursor() as cursor:  # the transaction of the test waits for as long as the browser takes
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")

    def judged(account: Account, path: str) -> None:
        for language in LANGUAGES:
            context.unroute_all()
            context.route("**/*", answering(path, page_of(account, path, language)))
            page.set_viewport_size({"width": WIDTHS[0], "height": 844})
            page.goto(ADDRESS + path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 844})
                assert looking.violations(page) == [], (path, language, width)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, language, width)

    yield judged
    context.close()


def page_of(account: Account, path: str, language: str) -> bytes:
    """The page as somebody signed in gets it."""
    client = Client()
    client.force_login(account)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en" if language == "en" else "zh-hans"
    response = client.get(path)
    assert response.status_code == 200
    return bytes(response.content)


def answering(path: str, body: bytes) -> Callable[[Route], None]:
    """Answers with the page itself and with what it is drawn with; nothing else is asked of anybody."""

    def answered(route: Route) -> None:
        asked = route.request.url.removeprefix(ADDRESS)
        if asked == path:
            route.fulfill(content_type="text/html; charset=utf-8", body=body)
        elif asked.startswith(settings.STATIC_URL):
            route.fulfill(path=str(finders.find(asked.removeprefix(settings.STATIC_URL).partition("?")[0])))
        elif asked.endswith(".css"):
            route.fulfill(content_type="text/css", body=sheet().plain)
        else:
            route.fulfill(status=204)

    return answered


def staff(department: str) -> Account:
    return Account.objects.create_user(
        f"of-{department}", "a-long-password", role=Role.STAFF, name="职员", department=department
    )


def test_plans_and_closures(show: Show, departments: FakeDepartments) -> None:
    agent = modes.company()
    case = modes.port_call(agent, departments)
    departments.say("accepted")
    replanning.change_plan(case.pk, "T1", {"plan_time": modes.hours_on(36)}, by=agent.actor, reason="装货推迟")
    dispatch.pump()
    waiting = modes.filed(agent, "CBJCG", modes.SHIP, modes.ship_fields(imo_no="9990026", voyage_no="V2"))
    begins, lead = timezone.now() + timedelta(hours=20), staff("GK")
    plan_pauses.close("CBJCG", "T4", begins, begins + timedelta(days=1), "大风", by=lead.actor)
    show(agent, f"/cases/{case.pk}/")
    show(agent, f"/cases/{case.pk}/plan/T1/")
    show(agent, f"/cases/{waiting.pk}/")
    show(lead, "/desk/plans/")
    show(staff("YHZ"), f"/desk/plans/{case.pk}/T5/")
    show(lead, "/desk/closures/")


def test_bookings(show: Show, departments: FakeDepartments) -> None:
    owner = modes.company()
    case = modes.foreigner(owner)
    sub = SubApplication.objects.get(case=case, item_id="VERIFY_VISIT")
    show(owner, f"/cases/{case.pk}/")
    show(owner, f"/cases/{case.pk}/visits/{sub.pk}/")
    rule = appointments.rule_of(sub)
    assert rule is not None
    visit = appointments.book(sub.pk, appointments.offered(sub, rule)[0].begins_at, by=owner.actor, language="en")
    show(owner, f"/cases/{case.pk}/")
    counter = staff("CRJ")
    show(counter, f"/desk/visits/?day={timezone.localdate(visit.begins_at).isoformat()}")
    show(counter, f"/desk/tasks/{sub.pk}/")


def test_joint_visits(show: Show, departments: FakeDepartments) -> None:
    owner, lead = modes.company(), staff("SC")
    case = modes.restaurant(owner, departments)
    show(lead, "/desk/joint-visits/")
    begins = timezone.now() + timedelta(days=2)
    by = Actor("staff", str(lead.pk), "SC")
    visit = joint_visits.arrange(case.pk, begins, begins + timedelta(hours=2), "示例路1号", by=by)
    show(owner, f"/cases/{case.pk}/")
    show(lead, f"/desk/joint-visits/{case.pk}/")
    said = {"FOOD": ("passed", ""), "FUME": ("to_fix", "加装净化器"), "DRAIN": ("failed", "没有隔油池")}
    joint_visits.conclude(visit.pk, said, by=by)
    show(lead, "/desk/joint-visits/")
