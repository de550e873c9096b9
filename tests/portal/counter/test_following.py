"""At the desk: bad ratings to call back about, figures, and “办不成事”."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.actions.dialogue import rating, stuck
from cases.models import AccessRecord, Case, RatingRepair, StuckCase, SubApplication
from portal.accounts.models import Account, Role
from tests.portal.counter.conftest import At, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bad(sub: SubApplication, lin: Account) -> RatingRepair:
    """The birth certificate, which is decided, was rated badly; its department is the one of health."""
    decided = SubApplication.objects.filter(case=sub.case, state="approved", department="WJ").first()
    assert decided is not None
    given = rating.rate(sub.case_id, decided.pk, 2, by=lin.actor, tags=["slow"], text="等太久")
    return RatingRepair.objects.get(rating=given)


def test_the_department_answers_its_bad_rating_and_nobody_else(bad: RatingRepair, officer: Account, at: At) -> None:
    doctor, page = staff("doctor", Role.STAFF, "WJ"), reverse("counter:ratings")
    shown = at(doctor).get(page).content.decode()
    assert "等太久" in shown and "林晓岚" not in shown
    assert AccessRecord.objects.filter(case=bad.rating.case, actor_id=str(doctor.pk)).exists()
    assert "等太久" not in at(officer).get(page).content.decode()
    answer = reverse("counter:rating_answer", args=[bad.pk])
    typed = {"finding": "mended", "text": "已加人手", "way": "call"}
    assert at(officer).post(answer, typed).status_code == 404
    assert at(staff("clerk", Role.CLERK, "SJ")).post(answer, typed).status_code == 404
    at(doctor).post(answer, {**typed, "text": ""})
    assert RatingRepair.objects.get(pk=bad.pk).state == "open"
    assert at(doctor).post(answer, typed).status_code == 302
    assert RatingRepair.objects.get(pk=bad.pk).state == "answered"


def test_supervision_judges_mistakes_and_reads_the_figures(bad: RatingRepair, at: At) -> None:
    doctor, watcher = staff("doctor", Role.STAFF, "WJ"), staff("watcher", Role.SUPERVISOR)
    judge = reverse("counter:rating_judge", args=[bad.pk])
    rating.answer(bad.pk, "mistaken", "本人说点错了", way="call", by=doctor.actor)
    assert at(doctor).post(judge, {"act": "mistake"}).status_code == 404
    shown = at(watcher).get(reverse("counter:ratings")).content.decode()
    assert "等复核" in shown and "本人说点错了" in shown and "卫健" in shown
    assert at(watcher).post(judge, {"act": "mistake"}).status_code == 302
    assert not RatingRepair.objects.get(pk=bad.pk).rating.counts


def test_a_stuck_case_is_taken_on_and_answered_at_its_desk(
    sub: SubApplication, lin: Account, officer: Account, at: At
) -> None:
    row = stuck.report("too_long", "两周没有消息", by=lin.actor, account_id=lin.pk, case_id=sub.case_id)
    doctor, page = staff("doctor", Role.STAFF, "WJ"), reverse("counter:stuck_case", args=[row.pk])
    assert row.number in at(doctor).get(reverse("counter:stuck")).content.decode()
    assert at(officer).get(page).status_code == 404
    shown = at(doctor).get(page).content.decode()
    assert "两周没有消息" in shown and "林晓岚" not in shown
    assert at(doctor).post(page, {"act": "accept"}).status_code == 302
    assert at(doctor).post(page, {"act": "note", "text": "已问公安"}).status_code == 302
    assert at(doctor).post(page, {"act": "nothing"}).status_code == 404
    moved = at(doctor).post(page, {"act": "pass_on", "department": "GA", "text": "户口在公安"})
    assert moved["Location"] == reverse("counter:stuck")
    at(officer).post(page, {"act": "answer", "text": "今天办好"})
    assert StuckCase.objects.get(pk=row.pk).state == "answered"
    assert Case.objects.get(pk=sub.case_id).events.filter(kind="stuck.answered").exists()
