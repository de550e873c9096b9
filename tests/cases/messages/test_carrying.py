"""Messages reach the phone whatever the gateway does, once, by day; who is not reached is somebody's to look after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from cases import notices
from cases.actions.dialogue import messaging
from cases.models import Attention, Case, Event, Notification
from cases.ports import Message, Sending
from cases.queries.silence import silent_rows
from portal.accounts.models import Account
from tests.cases.messages.conftest import NOON, Gateway
from tests.factories.doubles import RecordingNotifier

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 12, 1, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def states(case: Case) -> dict[str, str]:
    return dict(Notification.objects.filter(case=case).values_list("template", "state"))


def carry_all() -> None:
    while messaging.carry():
        pass


def later(clock: Any, **by: float) -> None:
    clock.move_to(timezone.now() + timedelta(**by), tick=False)


def test_the_row_is_written_with_the_case_and_holds_nothing_in_clear(case: Case, lin: Account) -> None:
    row = Notification.objects.get(case=case)
    assert (row.state, row.account_id, row.to) == ("due", lin.pk, lin.phone)
    with connection.cursor() as cursor:
        cursor.execute('SELECT "to", "values" FROM cases_notification')
        stored = b"".join(map(bytes, cursor.fetchone()))
    assert str(lin.phone).encode() not in stored and str(case.number).encode() not in stored


def test_nothing_leaves_in_the_transaction_of_the_case(case: Case, gateway: Gateway) -> None:
    assert gateway.tries == []


def test_a_gateway_that_is_away_loses_nothing_and_the_case_goes_on(case: Case, gateway: Gateway, clock: Any) -> None:
    """Fault F47: the gateway refuses for now; the message stays in the outbox and goes when it is back."""
    gateway.is_down = True
    notices.supplement_requested(case, NOON.date())
    for _ in range(4):
        later(clock, minutes=2)
        messaging.carry()
    assert set(states(case).values()) == {"due"} and gateway.taken == {}
    assert not [row for row in silent_rows() if row.kind == "notification"]
    gateway.is_down = False
    later(clock, minutes=12)
    carry_all()
    assert set(states(case).values()) == {"sent"}
    assert {one.template for one in gateway.taken.values()} == {"case_submitted", "supplement_requested"}


def test_a_try_is_repeated_under_the_same_key(case: Case, gateway: Gateway, clock: Any) -> None:
    gateway.is_down = True
    later(clock, minutes=1)
    messaging.carry()
    later(clock, minutes=1)
    messaging.carry()
    assert len(gateway.tries) == 2 and len({one.key for one in gateway.tries}) == 1


def test_the_gateway_says_when_to_come_back(case: Case, gateway: Gateway, lin: Account, clock: Any) -> None:
    gateway.says[str(lin.phone)] = Sending("later", "忙", 120.0)
    later(clock, minutes=1)
    messaging.carry()
    row = Notification.objects.get(case=case)
    assert row.next_at == timezone.now() + timedelta(seconds=120) and row.reason == "忙"


def test_a_death_between_claim_and_answer_is_a_try_like_any_other(case: Case, gateway: Gateway, clock: Any) -> None:
    later(clock, minutes=1)
    (claimed,) = messaging._claim(Notification.objects.filter(state="due"))
    assert messaging.carry() == 0
    later(clock, seconds=61)
    messaging.carry()
    assert Notification.objects.get(pk=claimed.pk).state == "sent"


def test_a_number_that_is_wrong_is_put_before_a_person_and_the_message_stays_readable(
    case: Case, gateway: Gateway, lin: Account, clock: Any
) -> None:
    gateway.says[str(lin.phone)] = Sending("refused", "号码有误")
    later(clock, minutes=1)
    messaging.carry()
    assert states(case) == {"case_submitted": "refused"}
    raised = Attention.objects.get(case=case, reason="unreached")
    assert raised.owner and raised.detail == "号码有误"
    assert Event.objects.filter(case=case, kind="attention.raised").exists()


def test_who_is_reached_after_all_needs_nobody_any_more(case: Case, gateway: Gateway, lin: Account, clock: Any) -> None:
    gateway.says[str(lin.phone)] = Sending("refused", "号码有误")
    later(clock, minutes=1)
    messaging.carry()
    gateway.says.clear()
    notices.supplement_requested(case, NOON.date())
    carry_all()
    assert not Attention.objects.filter(case=case, reason="unreached", closed_at=None).exists()


def test_what_nobody_took_for_three_days_is_given_up_and_told(case: Case, gateway: Gateway, clock: Any) -> None:
    gateway.is_down = True
    later(clock, days=4)
    messaging.carry()
    assert states(case) == {"case_submitted": "given_up"}
    assert Attention.objects.filter(case=case, reason="unreached", closed_at=None).exists()


def test_the_same_words_within_an_hour_go_once(case: Case, gateway: Gateway, clock: Any) -> None:
    notices.supplement_requested(case, NOON.date())
    carry_all()
    later(clock, minutes=30)
    notices.supplement_requested(case, NOON.date())
    carry_all()
    later(clock, minutes=45)
    notices.supplement_requested(case, NOON.date())
    carry_all()
    sent = [one for one in gateway.taken.values() if one.template == "supplement_requested"]
    assert len(sent) == 2
    assert Notification.objects.filter(template="supplement_requested", state="merged").count() == 1


def test_the_news_of_a_minute_are_one_message(case: Case, gateway: Gateway, clock: Any) -> None:
    for number in range(4):
        notices.tell(case, "payment_received", amount=f"{number}.00")
    later(clock, seconds=46)
    carry_all()
    (sent,) = gateway.taken.values()
    assert sent.title == "2 项新进展"
    assert "您的申请已提交；费用已缴" in sent.body and str(case.number) in sent.body
    assert sorted(Notification.objects.values_list("state", flat=True)) == ["merged"] * 4 + ["sent"]


def test_a_digest_is_the_same_when_it_is_sent_again(case: Case, gateway: Gateway, clock: Any) -> None:
    notices.tell(case, "payment_received", amount="1.00")
    gateway.is_down = True
    later(clock, seconds=46)
    messaging.carry()
    notices.tell(case, "payment_refunded", amount="1.00")
    gateway.is_down = False
    later(clock, minutes=2)
    carry_all()
    first, again, *_ = gateway.tries
    assert (first.key, first.body) == (again.key, again.body)
    assert len(gateway.taken) == 2


def test_what_asks_the_person_to_act_is_not_held_up(case: Case, gateway: Gateway) -> None:
    notices.supplement_requested(case, NOON.date())
    carry_all()
    assert [one.template for one in gateway.taken.values()] == ["supplement_requested"]


def test_nothing_rings_at_night_but_what_is_waited_for(case: Case, gateway: Gateway, lin: Account, clock: Any) -> None:
    carry_all()
    clock.move_to(LATE, tick=False)
    carry_all()
    gateway.taken.clear()
    notices.supplement_requested(case, NOON.date())
    notices.tell_account(lin.pk, str(lin.phone), "phone_code", code="123456", purpose="更换手机号")
    carry_all()
    assert [one.template for one in gateway.taken.values()] == ["phone_code"]
    clock.move_to(datetime(2026, 12, 2, 7, 1, tzinfo=ZoneInfo("Asia/Shanghai")), tick=False)
    carry_all()
    assert "supplement_requested" in {one.template for one in gateway.taken.values()}


def test_a_code_goes_before_everything_else_and_is_not_sent_once_it_is_old(
    case: Case, gateway: Gateway, lin: Account, clock: Any
) -> None:
    notices.supplement_requested(case, NOON.date())
    notices.tell_account(lin.pk, str(lin.phone), "phone_code", code="123456", purpose="更换手机号")
    carry_all()
    assert [one.template for one in gateway.tries][:1] == ["phone_code"]
    notices.tell_account(lin.pk, str(lin.phone), "phone_code", code="654321", purpose="更换手机号")
    gateway.is_down = True
    later(clock, minutes=11)
    messaging.carry()
    assert Notification.objects.filter(template="phone_code", state="given_up").count() == 1


def test_a_channel_in_this_process_has_it_at_once(notifier: RecordingNotifier, lin: Account) -> None:
    notices.tell_account(lin.pk, str(lin.phone), "phone_code", code="1", purpose="更换手机号")
    assert isinstance(notifier.to(str(lin.phone))[0], Message)
    assert Notification.objects.get().state == "sent"


def test_whoever_has_no_number_is_told_in_the_portal_alone(gateway: Gateway, lin: Account) -> None:
    notices.tell_account(lin.pk, "", "phone_code", code="1", purpose="更换手机号")
    assert Notification.objects.get().state == "kept"


@pytest.mark.failing_rounds
def test_a_message_that_cannot_be_read_keeps_no_other_one_back(case: Case, gateway: Gateway, clock: Any) -> None:
    """F41: what a batch fails over goes by itself, rests, and is put before a person; mended, it goes."""
    notices.supplement_requested(case, NOON.date())
    row = Notification.objects.filter(template="supplement_requested")
    values = row.get().values
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE cases_notification SET "values" = 'x' WHERE template = 'supplement_requested'""")
    later(clock, minutes=1)
    carry_all()
    assert states(case) == {"case_submitted": "sent", "supplement_requested": "due"}
    assert Attention.objects.filter(case=case, reason="fault", closed_at=None).exists()

    mended = row.defer("values").get()
    mended.values = values
    mended.save(update_fields=["values"])
    later(clock, minutes=10)
    carry_all()
    assert set(states(case).values()) == {"sent"}
    assert not Attention.objects.filter(case=case, reason="fault", closed_at=None).exists()
