"""A paper handed in before that is too old for what is applied for now: advised against, with the reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from bundles.spec import Duration
from cases.actions.applying import drafting
from cases.actions.papers import materials, reusing
from cases.models import Case
from cases.queries.my_papers import PaperView, last_good_day, papers_of
from cases.queries.slots import FileView
from portal.accounts.models import Account
from portal.citizen.shown.files import earlier
from tests.factories import newborn
from tests.factories.library import spec
from tests.portal.citizen.conftest import photo

HALF_A_YEAR = Duration(n=6, unit="month")
MAY_31 = datetime(2026, 5, 31, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def paper(at: datetime, since: datetime | None = None) -> PaperView:
    file = FileView(uuid4(), "证明.jpg", 1000, "image/jpeg", at)
    return PaperView(file, "无犯罪记录证明", "", "一件事", "", uuid4(), "", is_filed=True, since=since)


@pytest.mark.parametrize(
    ("limit", "last"),
    [
        (HALF_A_YEAR, date(2026, 11, 30)),
        (Duration(n=30, unit="day"), date(2026, 6, 30)),
        (Duration(n=1, unit="year"), date(2027, 5, 31)),
    ],
)
def test_a_paper_is_as_old_as_the_first_time_it_was_handed_in(limit: Duration, last: date) -> None:
    assert last_good_day(paper(MAY_31), limit) == last
    assert last_good_day(paper(MAY_31 + timedelta(days=90), since=MAY_31), limit) == last


def test_the_shipped_definition_says_how_old_a_clearance_may_be() -> None:
    ages = {one.id: one.max_age for one in spec("WGRGZ").materials if one.max_age}
    assert {key: (age.n, age.unit) for key, age in ages.items()} == {"M_CRIME": (6, "month"), "M_PHOTO": (6, "month")}


@pytest.mark.parametrize(
    ("days", "said"),
    [(100, ""), (160, "这里要6个月以内的，这份2026年11月30日以后就超过了"), (190, "这份已经超过，请重新开一份")],
)
def test_whoever_reuses_a_paper_reads_that_it_is_too_old(time_machine: Any, days: int, said: str) -> None:
    time_machine.move_to(MAY_31 + timedelta(days=days), tick=False)
    advice = earlier(paper(MAY_31), HALF_A_YEAR).advice
    assert advice == "" if not said else said[:10] in advice and ("超过" in advice)
    assert earlier(paper(MAY_31)).advice == ""


@pytest.mark.django_db
@pytest.mark.usefixtures("doubles")
def test_a_copy_does_not_make_a_paper_younger(draft: Case, lin: Account, time_machine: Any) -> None:
    time_machine.move_to(MAY_31, tick=False)
    first = materials.upload(draft.pk, "M_DISCHARGE", photo(), by=lin.actor)
    time_machine.move_to(MAY_31 + timedelta(days=170), tick=False)
    later = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    reusing.reuse(later.pk, "M_DISCHARGE", first.pk, account=lin)
    held = next(one for one in papers_of(lin) if one.file.sha256 == first.sha256)
    assert held.case_id == later.pk and last_good_day(held, HALF_A_YEAR) == date(2026, 11, 30)
