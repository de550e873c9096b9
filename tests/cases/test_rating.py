"""Ratings (好差评). 国办发〔2019〕51号: one for one matter and one visit; every bad one with a name is called back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.actions.deadlines import limits
from cases.actions.delivery import dispatch
from cases.actions.dialogue import rating
from cases.actions.engine.sweep import sweep
from cases.errors import NotReady, WrongState
from cases.models import Attention, Case, Event, Notification, Rating, RatingInvite, RatingRepair, SubApplication
from cases.queries.ratings import case_behind, figures, ratings_of, repairs_for
from cases.queries.silence import silent_rows
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture
def officer(db: None) -> Account:
    return Account.objects.create_user("officer", "a-long-password", role=Role.STAFF, name="王警官", department="GA")


@pytest.fixture
def watcher(db: None) -> Account:
    return Account.objects.create_user("watcher", "a-long-password", role=Role.SUPERVISOR, name="督查")


@pytest.fixture
def concluded(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return Case.objects.get(pk=case.pk, state="concluded")


def hukou(case: Case) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id="HUKOU")


def test_each_item_and_the_case_are_rated_once_一事一评_一次一评(concluded: Case, lin: Account) -> None:
    sub = hukou(concluded)
    rating.rate(concluded.pk, sub.pk, 5, by=lin.actor, tags=["fast", "slow", "unknown"], text=" 很快 ")
    rating.rate(concluded.pk, None, 4, by=lin.actor)
    for sub_id in (sub.pk, None):
        with pytest.raises(WrongState, match="已经评过"):
            rating.rate(concluded.pk, sub_id, 1, by=lin.actor)
    given = next(one.given for one in ratings_of(concluded).items if one.sub_id == sub.pk)
    assert given is not None and (given.word, given.tags, given.text) == ("非常满意", ("办得快",), "很快")
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(
            case=concluded, department="GA", bundle_code="x", level=3, rated_at=timezone.now()
        )  # fmt: skip
    assert not RatingRepair.objects.exists()


def test_nothing_is_rated_before_its_decision(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    case = newborn.submitted(lin, chen)
    sub = SubApplication.objects.filter(case=case).first()
    assert sub is not None and ratings_of(case).is_empty
    for sub_id in (sub.pk, None):
        with pytest.raises(WrongState):
            rating.rate(case.pk, sub_id, 5, by=lin.actor)


def test_a_level_outside_the_five_is_refused(concluded: Case, lin: Account) -> None:
    for level in (0, 6):
        with pytest.raises(NotReady):
            rating.rate(concluded.pk, None, level, by=lin.actor)
    with pytest.raises(NotReady):
        rating.rate(concluded.pk, None, 3, by=lin.actor, text="字" * 501)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(case=concluded, department="GA", bundle_code="x", level=6, rated_at=timezone.now())


def test_words_are_added_once_追评(concluded: Case, lin: Account) -> None:
    given = rating.rate(concluded.pk, None, 4, by=lin.actor)
    rating.add_to(given.pk, "证也寄到了", by=lin.actor)
    with pytest.raises(WrongState):
        rating.add_to(given.pk, "再补一句", by=lin.actor)
    assert Rating.objects.get(pk=given.pk).added == "证也寄到了"


def test_a_bad_rating_is_called_back_within_the_days_国办发2019_51号(
    concluded: Case, lin: Account, officer: Account, settings: Any
) -> None:
    settings.RATING_REPAIR_DAYS = 15
    given = rating.rate(concluded.pk, hukou(concluded).pk, 2, by=lin.actor, tags=["slow"], text="等了两周")
    (owed,) = repairs_for(officer)
    today = timezone.localdate()
    assert owed.due_on == limits.calendar_of(concluded).add_working_days(today, 15)
    assert owed.applicant != "林晓岚" and owed.phone == newborn.LIN["phone"]
    with pytest.raises(NotReady, match="实名差评"):
        rating.answer(owed.id, "mended", "已改", way="page", by=officer.actor)
    rating.answer(owed.id, "mended", "人手已加，向您道歉", way="call", by=officer.actor)
    with pytest.raises(WrongState):
        rating.answer(owed.id, "mended", "再说一次", way="call", by=officer.actor)
    assert not repairs_for(officer)
    assert Notification.objects.filter(case=concluded, template="rating_answered").count() == 1
    rating.rate_again(given.pk, 4, by=lin.actor)
    with pytest.raises(WrongState):
        rating.rate_again(given.pk, 5, by=lin.actor)
    (row,) = figures(officer, today, today)
    assert (row.bad, row.repaired, row.again, row.satisfied, row.late) == (1, 1, 4.0, 0.0, 0)


def test_nobody_rates_again_before_the_call_back(concluded: Case, lin: Account) -> None:
    given = rating.rate(concluded.pk, None, 1, by=lin.actor)
    with pytest.raises(WrongState):
        rating.rate_again(given.pk, 4, by=lin.actor)


def test_an_anonymous_rating_shows_the_department_the_words_alone(
    concluded: Case, lin: Account, officer: Account
) -> None:
    rating.rate(concluded.pk, hukou(concluded).pk, 1, by=lin.actor, text="态度不好", is_anonymous=True)
    (owed,) = repairs_for(officer)
    assert (owed.number, owed.applicant, owed.phone, owed.case_id) == ("", "", "", None)
    assert owed.rating.text == "态度不好"
    rating.answer(owed.id, "explained", "已提醒窗口", way="page", by=officer.actor)
    event = Event.objects.get(case=concluded, kind="rating.given")
    assert event.sub_id is None and "item" not in event.facts


def test_a_mistaken_rating_is_judged_by_supervision_and_does_not_count(
    concluded: Case, lin: Account, officer: Account, watcher: Account
) -> None:
    """国办发〔2019〕51号: 对核实为误评或恶意差评的，评价结果不予采纳; not on the department's word alone."""
    rating.rate(concluded.pk, hukou(concluded).pk, 1, by=lin.actor)
    (owed,) = repairs_for(officer)
    rating.answer(owed.id, "mistaken", "本人说点错了", way="call", by=officer.actor)
    today = timezone.localdate()
    (row,) = figures(watcher, today, today)
    assert row.total == 1
    rating.judge(owed.id, is_mistake=False, by=watcher.actor)
    assert RatingRepair.objects.get(pk=owed.id).state == "open"
    rating.answer(owed.id, "mistaken", "本人书面确认点错", way="call", by=officer.actor)
    rating.judge(owed.id, is_mistake=True, by=watcher.actor)
    assert figures(watcher, today, today) == ()
    assert Rating.objects.get(case=concluded).level == 1


def test_a_late_call_back_is_put_before_people_and_is_never_silent(
    concluded: Case, lin: Account, officer: Account, time_machine: Any
) -> None:
    rating.rate(concluded.pk, hukou(concluded).pk, 2, by=lin.actor)
    (owed,) = repairs_for(officer)
    time_machine.move_to(timezone.now() + timedelta(days=40))
    assert any(row.kind == "ratingrepair" for row in silent_rows())
    sweep()
    assert not [row for row in silent_rows() if row.kind == "ratingrepair"]
    assert Attention.objects.get(case=concluded, reason="bad_rating", closed_at=None).owner == "GA"
    rating.answer(owed.id, "planned", "月底前改好", way="call", by=officer.actor)
    assert not Attention.objects.filter(case=concluded, reason="bad_rating", closed_at=None).exists()


def test_who_has_not_rated_is_asked_once_after_three_days(concluded: Case, time_machine: Any) -> None:
    monday = timezone.now() + timedelta(days=4)
    while monday.weekday() != 2:
        monday += timedelta(days=1)
    time_machine.move_to(timezone.localtime(monday).replace(hour=10))
    for _turn in range(3):
        rating.invite_round()
    sent = Notification.objects.get(case=concluded, template="rating_invited")
    token = sent.values["link"].rstrip("/").rpartition("/")[2]
    assert RatingInvite.objects.get().digest == rating.digest_of(token)
    found = case_behind(rating.digest_of(token))
    assert found is not None and found.pk == concluded.pk
    assert case_behind(rating.digest_of("another")) is None


def test_who_has_rated_is_not_asked(concluded: Case, lin: Account, time_machine: Any) -> None:
    rating.rate(concluded.pk, None, 5, by=lin.actor)
    time_machine.move_to(timezone.now() + timedelta(days=4))
    assert rating._invite_piece("", timezone.localdate()) is None
    assert not RatingInvite.objects.exists()
