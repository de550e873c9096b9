"""Pages never wait for a register longer than two seconds; what comes later comes by itself and overwrites nothing."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from cases.actions.applying import drafting
from cases.actions.registers import late
from cases.models import Case, LatePrefill, Lookup
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeRegister
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]

SECTION = "s_mother"


def section(case: Case) -> str:
    return reverse("citizen:section", args=[case.pk, SECTION])


def carried(page: str) -> dict[str, str]:
    """The marks that a page carries along."""
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("version", "calm", "open")}  # type: ignore[index]


@pytest.fixture
def waiting(lin: Account, known_family: None, register: FakeRegister) -> Case:
    """A draft whose household register was silent; it speaks again from now on."""
    register.silent.add("HUKOU_INFO")
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    case = drafting.refresh_prefill(case.pk)
    register.silent.clear()
    return case


def test_who_has_not_answered_is_asked_on_and_the_page_says_so(waiting: Case, lin: Account, as_person: SignIn) -> None:
    page = text_of(as_person(lin).get(section(waiting)))
    assert "还在查" in page and "户籍信息查询" in page
    assert reverse("citizen:arrivals", args=[waiting.pk, SECTION]) in page
    assert LatePrefill.objects.filter(case=waiting).exists()


def test_a_late_answer_fills_in_by_itself(waiting: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    assert late.carry_on() == 1
    assert Case.objects.get(pk=waiting.pk).answers["fields"]["mother_hukou"] == "示例市思明区示例路1号"
    news = text_of(client.get(reverse("citizen:arrivals", args=[waiting.pk, SECTION])))
    assert 'data-path="mother_hukou" data-value="示例市思明区示例路1号"' in news
    assert "data-live-done" in news
    assert not LatePrefill.objects.filter(case=waiting).exists()


def test_what_is_typed_before_the_answer_comes_stays(waiting: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    marks = carried(text_of(client.get(section(waiting))))
    assert "mother_hukou" in re.split("[,:]", marks["open"])
    late.carry_on()
    posted = {"mother_hukou": "我自己填的地址", "mother_live": "示例路9号", **marks}
    assert client.post(section(waiting), posted).status_code == 302
    fields = Case.objects.get(pk=waiting.pk).answers["fields"]
    assert (fields["mother_hukou"], fields["mother_live"]) == ("我自己填的地址", "示例路9号")
    page = text_of(client.get(section(waiting)))
    assert "和登记的不一样" in page and "示例市思明区示例路1号" in page


def test_what_was_left_empty_takes_the_late_answer(waiting: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    marks = carried(text_of(client.get(section(waiting))))
    late.carry_on()
    response = client.post(section(waiting), {"mother_hukou": "", "mother_live": "示例路9号", **marks})
    assert response.status_code == 302
    assert Case.objects.get(pk=waiting.pk).answers["fields"]["mother_hukou"] == "示例市思明区示例路1号"


def test_a_change_by_somebody_else_is_still_a_conflict(waiting: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.post(section(waiting), {"mother_live": "第一次"})
    marks = carried(text_of(client.get(section(waiting))))
    client.post(section(waiting), {"mother_live": "别处改的"})
    late.carry_on()
    assert client.post(section(waiting), {"mother_live": "这里改的", **marks}).status_code == 409


def test_the_registers_value_can_be_taken_instead(waiting: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.post(section(waiting), {"mother_hukou": "旧地址"})
    late.carry_on()
    assert Lookup.objects.filter(case=waiting, code="HUKOU_INFO", outcome="found").exists()
    response = client.post(section(waiting), {"mother_hukou": "旧地址", "take": "mother_hukou"})
    assert response.status_code == 302
    case = Case.objects.get(pk=waiting.pk)
    assert case.answers["fields"]["mother_hukou"] == "示例市思明区示例路1号"
    assert case.answers["sources"]["mother_hukou"]["path"].startswith("api:HUKOU_INFO@")


def test_no_record_is_said_otherwise_than_no_answer(
    lin: Account, known_family: None, register: FakeRegister, as_person: SignIn
) -> None:
    register.records["HUKOU_INFO"].clear()
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    drafting.refresh_prefill(case.pk)
    page = text_of(as_person(lin).get(section(case)))
    assert "查无记录" in page and "不会因此不受理" in page
    assert "还在查" not in page
    assert not LatePrefill.objects.filter(case=case).exists()


def test_after_half_an_hour_of_silence_nobody_asks_on(waiting: Case, register: FakeRegister) -> None:
    register.silent.add("HUKOU_INFO")
    row = LatePrefill.objects.get(case=waiting)
    LatePrefill.objects.filter(pk=row.pk).update(until=row.since)
    assert late.carry_on() == 1
    assert not LatePrefill.objects.filter(case=waiting).exists()
    assert late.carry_on() == 0


def test_a_value_says_how_old_its_data_is(draft: Case, lin: Account, as_person: SignIn) -> None:
    """政务数据共享条例 (国令809号): shared data is used with the time it stood so."""
    assert "数据截至" in text_of(as_person(lin).get(section(draft)))
