"""The worklist: order, filters, search by number, who may see it, how many queries it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.desk import worklist
from cases.models import Attention, SubApplication
from portal.accounts.models import Account
from tests.factories.desk import current
from tests.portal.counter.conftest import At

pytestmark = pytest.mark.django_db
DESK = reverse("counter:desk")


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_task_waits_at_the_desk_with_a_masked_applicant(sub: SubApplication, officer: Account, at: At) -> None:
    page = text_of(at(officer).get(DESK))
    assert sub.number in page
    assert "林**" in page
    assert "林晓岚" not in page
    assert "陈一诺" not in page
    assert "没人接 1" in page


def test_another_department_sees_an_empty_desk(sub: SubApplication, teacher: Account, at: At) -> None:
    page = text_of(at(teacher).get(DESK))
    assert sub.number not in page
    assert "都办完了" in page


def test_tasks_are_grouped_and_filtered_by_colour(sub: SubApplication, officer: Account, at: At) -> None:
    client = at(officer)
    today = timezone.localdate()
    accepted = timezone.now() - timedelta(days=3)
    expected = ((-1, -1, "红牌", "red"), (-1, 9, "黄牌", "yellow"), (0, 9, "快到期", "blue"), (60, 90, "往后", "green"))
    for day, law, group, colour in expected:
        SubApplication.objects.filter(pk=sub.pk).update(
            due_on=today + timedelta(days=day), statutory_due_on=today + timedelta(days=law), accepted_at=accepted
        )
        assert group in text_of(client.get(DESK))
        assert sub.number in text_of(client.get(DESK, {"colour": colour}))
        other = "green" if colour != "green" else "red"
        assert sub.number not in text_of(client.get(DESK, {"colour": other}))


def test_a_task_nobody_accepted_runs_against_the_five_days_for_telling_what_lacks(
    sub: SubApplication, officer: Account, at: At
) -> None:
    SubApplication.objects.filter(pk=sub.pk).update(due_on=timezone.localdate() + timedelta(days=60))
    assert "受理剩 5 日" in text_of(at(officer).get(DESK))
    SubApplication.objects.filter(pk=sub.pk).update(dispatched_at=timezone.now() - timedelta(days=30))
    assert "超时" in text_of(at(officer).get(DESK))


def test_filters_by_holder_and_item(sub: SubApplication, officer: Account, colleague: Account, at: At) -> None:
    client = at(officer)
    assert sub.number not in text_of(client.get(DESK, {"held": "mine"}))
    worklist.take(sub.pk, by=officer.actor, version=sub.version)
    assert sub.number in text_of(client.get(DESK, {"held": "mine"}))
    assert sub.number not in text_of(client.get(DESK, {"held": "free"}))
    assert sub.number not in text_of(at(colleague).get(DESK, {"held": "mine"}))
    assert sub.number in text_of(client.get(DESK, {"item": "XSECS.HUKOU"}))
    assert sub.number not in text_of(client.get(DESK, {"item": "XSECS.SBK"}))


@pytest.mark.parametrize("query", ["colour=%00", "held=%00&item=%00", "colour=purple&held=x&item=" + "y" * 500])
def test_a_filter_that_does_not_exist_is_no_error(query: str, officer: Account, at: At) -> None:
    assert at(officer).get(f"{DESK}?{query}").status_code == 200


def test_a_part_of_a_number_finds_the_task(sub: SubApplication, officer: Account, teacher: Account, at: At) -> None:
    place = reverse("counter:task", args=[sub.pk])
    assert at(officer).get(DESK, {"q": f" {sub.number[-12:].lower()} "}).headers["Location"] == place
    assert "本部门没有这个编号" in text_of(at(teacher).get(DESK, {"q": sub.number}))
    assert "请至少输 4 个字符" in text_of(at(officer).get(DESK, {"q": "\x00%"}))


def test_the_desk_has_a_query_budget(
    sub: SubApplication, officer: Account, at: At, django_assert_max_num_queries: Any
) -> None:
    client = at(officer)
    client.get(DESK)
    # Session, account, for whom one stands in; the list, rows, pauses, upstream, done.
    with django_assert_max_num_queries(12):
        client.get(DESK)


def test_open_attentions_of_the_department_are_listed_with_the_next_step(
    sub: SubApplication, officer: Account, teacher: Account, clerk: Account, at: At
) -> None:
    raised = Attention.objects.create(
        case=sub.case, sub=sub, reason="silent", owner="GA", next_step="请催办该部门", since=timezone.now()
    )
    place = reverse("counter:attention")
    page = text_of(at(officer).get(place))
    assert "部门超时没有回音" in page
    assert "请催办该部门" in page
    item = reverse("counter:attention_item", args=[raised.pk])
    assert item in page
    assert reverse("counter:task", args=[sub.pk]) in text_of(at(officer).get(item))
    assert "没有要关注的" in text_of(at(teacher).get(place))
    assert "没有要关注的" in text_of(at(clerk).get(place))
    Attention.objects.update(closed_at=timezone.now())
    assert "没有要关注的" in text_of(at(officer).get(place))


def test_a_clerk_starts_from_the_cases(clerk: Account, at: At) -> None:
    assert at(clerk).get(DESK).headers["Location"] == reverse("counter:cases")


def test_a_decided_task_leaves_the_list_and_is_counted(sub: SubApplication, officer: Account, at: At) -> None:
    task = worklist.take(sub.pk, by=officer.actor, version=sub.version)
    result = {"id_no": "350203202610301069", "name": "陈一诺"}
    page = at(officer).get(reverse("counter:task", args=[sub.pk]))
    values = {field.name.removeprefix("result."): "2026-11-20" for field in page.context["task"].results}
    worklist.approve(sub.pk, values | result, by=officer.actor, version=current(task).version)
    found = at(officer).get(DESK)
    assert sub.number not in text_of(found)
    assert found.context["found"].counts.done_today == 1
