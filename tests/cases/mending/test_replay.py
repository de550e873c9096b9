"""Dead letters and stuck promises sent again: same key, same bytes, once in effect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actions.applying import withdrawal
from cases.actions.delivery import dispatch
from cases.actions.mending import replay
from cases.errors import WrongState
from cases.models import Attention, AttentionAct, Delivery, Event
from portal.accounts.models import Account
from tests.cases.mending.conftest import Stuck, birth
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db


def test_a_dead_letter_goes_out_again_with_the_same_key_and_bytes(
    stuck: Stuck, doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("refused", 1)
    before = Delivery.objects.get(sub=raised.sub)
    assert before.state == "refused"
    assert replay.send_again(raised.pk, by=doctor.actor) == 1
    dispatch.pump()
    after = Delivery.objects.get(sub=raised.sub)
    assert (after.state, after.key, after.body_sha256) == ("done", before.key, before.body_sha256)
    assert departments.effects[str(after.key)] == 1
    assert birth(raised.case).state == "approved"


def test_who_sent_it_again_is_kept_on_the_desk_and_in_the_history(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("refused", 1)
    replay.send_again(raised.pk, by=doctor.actor)
    closed = Attention.objects.get(pk=raised.pk)
    assert (closed.closed_by, closed.closed_as) == (doctor, "retried")
    act = AttentionAct.objects.get(attention=raised)
    assert (act.kind, act.by) == ("retried", doctor)
    event = Event.objects.get(case=raised.case, kind="attention.retried")
    assert (event.actor_kind, event.actor_id) == ("staff", "WJ")


def test_a_second_press_sends_nothing_twice(stuck: Stuck, doctor: Account, departments: FakeDepartments) -> None:
    raised = stuck("refused", 1)
    replay.send_again(raised.pk, by=doctor.actor)
    with pytest.raises(WrongState):
        replay.send_again(raised.pk, by=doctor.actor)
    dispatch.pump()
    assert sum(departments.effects[key] for key in departments.effects if key == str(_key(raised))) == 1


def test_a_letter_that_is_refused_once_more_is_a_new_attention(
    stuck: Stuck, doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("refused", 1)
    departments.fail("refused", department="WJ")
    replay.send_again(raised.pk, by=doctor.actor)
    dispatch.pump()
    again = Attention.objects.get(sub=raised.sub, closed_at=None)
    assert (again.pk != raised.pk, again.reason) == (True, "refused_by_system")


def test_what_waits_for_its_next_try_has_it_now_and_stays_watched_until_it_arrived(
    stuck: Stuck, doctor: Account
) -> None:
    raised = stuck("down", 5)
    assert raised.reason == "not_delivered"
    replay.send_again(raised.pk, by=doctor.actor)
    assert Attention.objects.get(pk=raised.pk).closed_at is None
    dispatch.pump()
    assert Attention.objects.get(pk=raised.pk).closed_at is not None
    assert birth(raised.case).state == "approved"


def test_a_promise_that_is_being_sent_is_left_to_who_sends_it(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("down", 5)
    Delivery.objects.filter(sub=raised.sub).update(lease_until=timezone.now() + timedelta(seconds=20))
    with pytest.raises(WrongState):
        replay.send_again(raised.pk, by=doctor.actor)


def test_many_are_replayed_each_on_its_own_and_each_says_what_happened(
    stuck: Stuck, doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("refused", 1)
    other = Attention.objects.create(
        case=raised.case, sub=raised.sub, reason="contradiction", owner="WJ", since=raised.since
    )
    done = replay.replay_many([other.pk, raised.pk, raised.pk], by=doctor.actor)
    assert [(one.attention_id, one.is_sent) for one in done] == [(other.pk, False), (raised.pk, True)]
    assert done[1].number == raised.sub.number
    assert done[0].said
    again = replay.replay_many([raised.pk], by=doctor.actor)
    assert [one.is_sent for one in again] == [False]
    dispatch.pump()
    assert departments.effects[str(_key(raised))] == 1


def test_an_item_that_has_its_end_is_not_filed_again(stuck: Stuck, doctor: Account, lin: Account) -> None:
    raised = stuck("refused", 1)
    withdrawal.withdraw_item(raised.sub.pk, by=lin.actor, reason="不办了")
    with pytest.raises(WrongState):
        replay.send_again(raised.pk, by=doctor.actor)
    assert not Delivery.objects.filter(sub=raised.sub, purpose="file", state="due").exists()


def _key(raised: Attention) -> object:
    return Delivery.objects.filter(sub=raised.sub, purpose="file").latest("round").key
