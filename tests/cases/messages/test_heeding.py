"""What a person chose about messages: in the portal alone, no ringing in the evening; what the law has told comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases import notices
from cases.actions.dialogue import messaging
from cases.actions.dialogue.heeding import choose_messages
from cases.errors import CaseError
from cases.models import Case, Notification
from cases.queries.message_texts import sending, template_names
from cases.queries.messages import inbox
from cases.queries.quiet import ChosenMessages, chosen_by, hours_from, hours_until
from cases.queries.silence import silent_rows
from portal.accounts.models import Account
from tests.cases.messages.conftest import NOON, Gateway

pytestmark = pytest.mark.django_db
EVENING = NOON.replace(hour=20, minute=30)


def state_of(case: Case, template: str) -> str:
    return Notification.objects.get(case=case, template=template).state


def carry_later(clock: Any, **by: float) -> None:
    clock.move_to(timezone.now() + timedelta(**by), tick=False)
    while messaging.carry():
        pass


def test_news_of_the_course_stay_in_the_portal_where_the_person_wants_them_there(
    case: Case, gateway: Gateway, lin: Account, clock: Any
) -> None:
    choose_messages(lin.pk, on_phone=False, quiet_from=22, quiet_until=7)
    carry_later(clock, minutes=2)
    assert gateway.taken == {} and state_of(case, "case_submitted") == "kept"
    (shown,) = [one for one in inbox(lin).rows if one.case_id == case.pk]
    assert shown.was_muted and not shown.was_sent
    assert not [row for row in silent_rows() if row.kind == "notification"]


def test_what_the_law_has_told_comes_to_the_phone_and_says_why(
    case: Case, gateway: Gateway, lin: Account, clock: Any
) -> None:
    """行政许可法 第三十二条第一款第四项: what is to be supplemented is told to the applicant at once."""
    choose_messages(lin.pk, on_phone=False, quiet_from=22, quiet_until=7)
    notices.supplement_requested(case, NOON.date())
    carry_later(clock, minutes=2)
    (sent,) = gateway.taken.values()
    assert sent.template == "supplement_requested"
    assert "您选了只在站内看。行政许可法第三十二条" in sent.body


def test_whoever_wants_messages_on_the_phone_reads_no_such_reason(
    case: Case, gateway: Gateway, lin: Account, clock: Any
) -> None:
    notices.supplement_requested(case, NOON.date())
    carry_later(clock, minutes=2)
    assert not [one for one in gateway.taken.values() if "只在站内看" in one.body]


def test_the_quiet_of_a_person_begins_earlier_and_lasts_longer(
    case: Case, gateway: Gateway, lin: Account, clock: Any
) -> None:
    choose_messages(lin.pk, on_phone=True, quiet_from=20, quiet_until=9)
    clock.move_to(EVENING, tick=False)
    notices.supplement_requested(case, NOON.date())
    notices.tell_account(lin.pk, str(lin.phone), "phone_code", code="123456", purpose="更换手机号")
    carry_later(clock, minutes=2)
    assert [one.template for one in gateway.taken.values()] == ["phone_code"], "a code is waited for"
    waiting = Notification.objects.get(template="supplement_requested")
    assert waiting.next_at is not None
    assert timezone.localtime(waiting.next_at) == (EVENING + timedelta(days=1)).replace(hour=9, minute=0)
    carry_later(clock, hours=13)
    assert "supplement_requested" in [one.template for one in gateway.taken.values()]


@pytest.mark.parametrize(("begins", "ends"), [(23, 7), (22, 6), (3, 9), (-1, -1)])
def test_the_quiet_of_the_platform_is_never_shortened(lin: Account, begins: int, ends: int) -> None:
    with pytest.raises(CaseError):
        choose_messages(lin.pk, on_phone=True, quiet_from=begins, quiet_until=ends)
    assert chosen_by(lin.pk) == ChosenMessages(True, 22, 7)
    assert (hours_from(), hours_until()) == ((18, 19, 20, 21, 22), (7, 8, 9, 10))


def test_what_always_comes_is_a_message_that_exists_and_no_code() -> None:
    assert set(sending().always) <= template_names()
    assert not set(sending().always) & (sending().asked | sending().secret)
