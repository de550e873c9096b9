"""What becomes due together is asked for, and recalled, in one message."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.models import Charge
from portal.accounts.models import Account
from tests.factories import newborn, toll
from tests.factories.doubles import FakeDepartments, FakeRegister, RecordingNotifier

pytestmark = pytest.mark.django_db
FIXED = {"kind": "fixed", "amount": 400, "when": "before_decision"}
BY_MONTHS = {"kind": "formula", "expr": 'fact("api:MI_PERSON@owner.months_total") * 10', "when": "before_decision"}
EACH = {"group": "s_member", "by": "mb_name"}


def asked(notifier: RecordingNotifier) -> list[dict[str, str]]:
    """The values of every message that asks for a payment."""
    return [dict(message.values) for message in notifier.messages if message.template == "payment_due"]


def test_two_fees_due_at_once_are_one_message_with_their_sum(
    lin: Account, departments: FakeDepartments, notifier: RecordingNotifier
) -> None:
    toll.publish(FIXED, instances=EACH)
    case = toll.filed(lin, members=("陈一诺", "陈一言"))
    assert [(one["item"], one["amount"]) for one in asked(notifier)] == [
        ("缴费事项（陈一诺）、缴费事项（陈一言）", "800.00")
    ]
    assert all(charge.told_at for charge in Charge.objects.filter(case=case))


def test_two_fees_that_a_register_has_to_price_are_one_message_too(
    lin: Account, departments: FakeDepartments, register: FakeRegister, notifier: RecordingNotifier
) -> None:
    register.put("MI_PERSON", newborn.LIN["id_no"], {"months_total": 12})
    toll.publish(BY_MONTHS, instances=EACH)
    toll.filed(lin, members=("陈一诺", "陈一言"))
    dispatch.pump()
    assert [one["amount"] for one in asked(notifier)] == ["240.00"]


def test_fees_whose_price_comes_late_are_asked_for_as_it_comes(
    lin: Account, departments: FakeDepartments, register: FakeRegister, notifier: RecordingNotifier
) -> None:
    register.silent.add("MI_PERSON")
    toll.publish(BY_MONTHS, instances=EACH)
    case = toll.filed(lin, members=("陈一诺", "陈一言"))
    dispatch.pump()
    assert asked(notifier) == []
    register.silent.clear()
    register.put("MI_PERSON", newborn.LIN["id_no"], {"months_total": 12})
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        dispatch.pump()
    assert [one["amount"] for one in asked(notifier)] == ["120.00", "120.00"]
    assert Charge.objects.filter(case=case, state="due").exclude(told_at=None).count() == 2


def test_a_reminder_names_all_that_is_due(
    lin: Account, departments: FakeDepartments, notifier: RecordingNotifier
) -> None:
    toll.publish(FIXED, instances=EACH)
    case = toll.filed(lin, members=("陈一诺", "陈一言"))
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=5)):
        sweep()
    assert [one["amount"] for one in asked(notifier)] == ["800.00", "800.00"]
    assert set(Charge.objects.filter(case=case).values_list("reminders", flat=True)) == {1}
