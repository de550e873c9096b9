"""E-mail of departments: the daily digest, the next in line, a mail system that is away (F47)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from cases import ports
from cases.actions.delivery import dispatch
from cases.actions.desk import digests, staff_mail, worklist
from cases.models import Event, StaffMail, SubApplication
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.desk import FlakyMailer, current, hukou_task, worker
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 12, 4)


@pytest.fixture
def mailer(settings: Any, doubles: None) -> FlakyMailer:
    settings.MAILER = "tests.factories.desk.FlakyMailer"
    ports.forget_adapters()
    made = ports.mailer()
    assert isinstance(made, FlakyMailer)
    return made


def at(day: date, hour: int = 9) -> Any:
    return time_machine.travel(timezone.make_aware(datetime.combine(day, time(hour))), tick=True)


@pytest.fixture
def sub(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> SubApplication:
    task = hukou_task(lin, chen, register, licences, departments)
    SubApplication.objects.filter(pk=task.pk).update(
        due_on=FRIDAY, dispatched_at=timezone.make_aware(datetime(2026, 12, 1, 10))
    )
    return current(task)


def write(day: date, hour: int = 9) -> list[StaffMail]:
    with at(day, hour):
        while digests.write_digests():
            pass
    return list(StaffMail.objects.filter(kind="digest").order_by("account__username"))


def test_the_digest_tells_of_counts_items_and_numbers_and_of_nobody(sub: SubApplication) -> None:
    worker("officer", email="o@example.gov.cn")
    (mail,) = write(FRIDAY)
    assert mail.subject == "公安今天：在办 1 件，超期 0 件"
    assert "今天到期 1 件" in mail.body and sub.number in mail.body and f"/desk/tasks/{sub.pk}/" in mail.body
    personal = (newborn.LIN["name"], newborn.CHEN["name"], "陈一诺", newborn.LIN["id_no"], newborn.LIN["phone"])
    assert not any(one in mail.body + mail.subject for one in personal)


def test_each_part_of_the_digest_holds_what_it_says(sub: SubApplication) -> None:
    worker("officer", email="o@example.gov.cn")
    expected = (
        (date(2026, 12, 2), "新到（1 件）"),
        (FRIDAY, "今天到期（1 件）"),
        (date(2026, 12, 7), "已超期（1 件）"),
    )
    for day, words in expected:
        write(day)
        assert words in StaffMail.objects.latest("created_at").body
    SubApplication.objects.filter(pk=sub.pk).update(state="supplement_requested")
    write(date(2026, 12, 8))
    assert "停表等待（1 件）" in StaffMail.objects.latest("created_at").body


def test_one_mail_a_person_and_working_day(sub: SubApplication) -> None:
    worker("officer", email="o@example.gov.cn")
    worker("quiet", email="q@example.gov.cn", wants_digest=False)
    worker("away", email="a@example.gov.cn", away_from=FRIDAY, away_until=date(2026, 12, 31))
    worker("without")
    worker("teacher", "JY", email="t@example.gov.cn")
    assert write(FRIDAY, 7) == []  # before the office opens
    assert [mail.account.username for mail in write(FRIDAY)] == ["officer"]
    assert len(write(FRIDAY, 15)) == 1
    assert len(write(date(2026, 12, 5))) == 1  # a Saturday
    assert len(write(date(2026, 12, 7))) == 2


def test_a_head_reads_of_everybody_and_a_worker_of_the_own_and_the_free(sub: SubApplication) -> None:
    officer = worker("officer", email="o@example.gov.cn")
    worker("colleague", email="c@example.gov.cn")
    worker("head", email="h@example.gov.cn", head=True)
    worklist.take(sub.pk, by=officer.actor, version=sub.version)
    SubApplication.objects.filter(pk=sub.pk).update(due_on=FRIDAY)
    assert [mail.account.username for mail in write(FRIDAY)] == ["head", "officer"]


def test_the_next_in_line_hears_when_the_result_has_come(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> None:
    worker("officer", email="o@example.gov.cn")
    newborn.fill_registers(register, licences)
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    SubApplication.objects.filter(case=case, item_id="HUKOU").update(connect="manual")
    assert not StaffMail.objects.exists()
    dispatch.pump()
    mail = StaffMail.objects.get(kind="upstream")
    sub = SubApplication.objects.get(case=case, item_id="HUKOU")
    assert "出生医学证明" in mail.body and sub.number in mail.body
    assert "R350000001" not in mail.body  # the value itself is on the page of the task
    assert Event.objects.get(sub=sub, kind="item.upstream_done").facts["upstream"] == ["BIRTH_CERT"]


def test_what_is_due_is_sent_once(sub: SubApplication, mailer: FlakyMailer) -> None:
    worker("officer", email="o@example.gov.cn")
    write(FRIDAY)
    with at(FRIDAY, 10):
        assert (staff_mail.carry(), staff_mail.carry()) == (1, 0)
    assert [mail.to for mail in mailer.sent] == ["o@example.gov.cn"]
    assert StaffMail.objects.get().state == "sent"


def test_a_dead_mail_system_loses_nothing_and_is_probed_by_one_mail(sub: SubApplication, mailer: FlakyMailer) -> None:
    for n in range(5):
        worker(f"officer-{n}", email=f"o{n}@example.gov.cn")
    assert len(write(FRIDAY)) == 5
    mailer.is_away = True
    clock = datetime.combine(FRIDAY, time(10))
    for _ in range(200):  # ten hours without a mail system, a sweep every three minutes
        with time_machine.travel(timezone.make_aware(clock), tick=True):
            staff_mail.carry()
        clock += timedelta(minutes=3)
    assert StaffMail.objects.filter(state="due", next_at__isnull=False).count() == 5
    assert 20 <= mailer.asked <= 200  # at most one probe a sweep, never all five
    mailer.is_away = False
    for _ in range(5):
        clock += timedelta(minutes=11)
        with time_machine.travel(timezone.make_aware(clock), tick=True):
            staff_mail.carry()
    assert len(mailer.sent) == 5 == len({mail.key for mail in mailer.sent})
    assert not StaffMail.objects.filter(state="due").exists()


def test_an_address_that_is_refused_stops_nobody_else(sub: SubApplication, mailer: FlakyMailer) -> None:
    worker("a", email="gone@example.gov.cn")
    worker("b", email="b@example.gov.cn")
    mailer.unknown.add("gone@example.gov.cn")
    write(FRIDAY)
    with at(FRIDAY, 10):
        staff_mail.carry()
    states = dict(StaffMail.objects.values_list("account__username", "state"))
    assert states == {"a": "dropped", "b": "sent"}
    assert StaffMail.objects.get(account__username="a").last_error == "邮箱地址被拒收"
