"""The catalogue of data sharing: open to everybody; what a person agreed to and who read are the person's own."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.actions.applying import drafting
from cases.models import Case, Consent, DataCall
from cases.queries.interfaces import Figures, figures
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeRegister
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]


def test_everybody_sees_every_interface_with_its_terms_and_use(as_person: SignIn) -> None:
    """政务数据共享条例 (国令809号): one catalogue, with department, kind of sharing and use."""
    page = text_of(as_person(None).get(reverse("citizen:interfaces")))
    for said in ("户籍信息查询", "POP_BASIC", "有条件共享", "每分钟 3000 次", "居民身份证", "凭授权用证", "医疗健康"):
        assert said in page
    assert "近一小时" not in page


def test_the_list_is_narrowed_by_the_address(as_person: SignIn) -> None:
    client = as_person(None)
    page = text_of(client.get(reverse("citizen:interfaces"), {"dept": "MZ", "kind": "api", "q": "婚姻"}))
    assert "婚姻登记信息" in page and "户籍信息查询" not in page
    assert "没有这样的接口" in text_of(client.get(reverse("citizen:interfaces"), {"q": "没有的东西"}))


def test_the_whole_list_is_folded_under_departments_and_a_narrow_one_stands_open(as_person: SignIn) -> None:
    client = as_person(None)
    page = text_of(client.get(reverse("citizen:interfaces")))
    assert page.count('<details class="fold">') > 30 and '<details class="fold" open>' not in page
    assert "卫生健康委员会" in page and "?dept=" not in page
    page = text_of(client.get(reverse("citizen:interfaces"), {"dept": "MZ"}))
    assert page.count('<details class="fold" open>') == 1 and 'href="?"' in page


def test_one_interface_says_what_is_asked_what_comes_back_and_what_for(as_person: SignIn) -> None:
    page = text_of(as_person(None).get(reverse("citizen:interface", args=["api", "HUKOU_INFO"])))
    for said in ("户号", "id_no", "新生儿", "预填", "同一办件内 10 分钟"):
        assert said in page
    assert as_person(None).get(reverse("citizen:interface", args=["api", "NO_SUCH"])).status_code == 404


def test_a_desk_sees_calls_and_silences(
    lin: Account, clerk: Account, known_family: None, register: FakeRegister, as_person: SignIn
) -> None:
    register.silent.add("HUKOU_INFO")
    for _ in range(3):
        drafting.refresh_prefill(
            drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE).pk
        )
    assert figures()["api", "HUKOU_INFO"].health == "down"
    client = as_person(clerk)
    assert "大多不通" in text_of(client.get(reverse("counter:interfaces")))
    page = text_of(client.get(reverse("counter:interface", args=["api", "HUKOU_INFO"])))
    assert "没查成 3 次" in page and "没有按时回应" in page
    assert as_person(lin).get(reverse("counter:interfaces")).status_code in (302, 403, 404)


@pytest.mark.parametrize(
    ("calls", "silent", "health"), [(0, 0, "quiet"), (20, 0, "good"), (10, 1, "weak"), (4, 2, "down")]
)
def test_health_is_the_share_of_silences(calls: int, silent: int, health: str) -> None:
    assert Figures(calls, silent).health == health


def test_beginning_without_the_tick_asks_nothing_sensitive(
    lin: Account, known_family: None, register: FakeRegister, as_person: SignIn
) -> None:
    """个人信息保护法 第二十九条: the consent to what is sensitive is a tick of its own, and none is set beforehand."""
    client = as_person(lin)
    page = text_of(client.get(reverse("citizen:begin", args=["XSECS"])))
    assert 'name="sensitive" value="yes">' in page and "医疗健康" in page
    client.post(reverse("citizen:begin", args=["XSECS"]))
    case = Case.objects.get(applicant=lin)
    assert "DELIVERY_INFO" not in {query.code for query in register.queries}
    assert Consent.objects.get(case=case).sensitive == []


def test_the_tick_is_the_consent(lin: Account, known_family: None, register: FakeRegister, as_person: SignIn) -> None:
    as_person(lin).post(reverse("citizen:begin", args=["XSECS"]), {"sensitive": "yes"})
    assert "DELIVERY_INFO" in {query.code for query in register.queries}


def test_who_read_is_exported_whole_and_computes_nothing(draft: Case, lin: Account, as_person: SignIn) -> None:
    call = DataCall.objects.filter(case=draft).latest("pk")
    call.pk, call.purpose = None, "=HYPERLINK(1)"
    call.save(force_insert=True)
    response = as_person(lin).get(reverse("citizen:readings_file"))
    assert response["Content-Disposition"].startswith("attachment")
    text = response.content.decode("utf-8-sig")
    assert "户籍信息查询" in text and "授权" in text
    assert "'=HYPERLINK(1)" in text
    assert "没有" not in text_of(as_person(lin).get(reverse("citizen:readings"), {"kind": "lookup"}))[:200]


def test_wrong_links_are_counted_and_then_nothing_is_answered(
    filed: Case, lin: Account, stranger: Account, as_person: SignIn
) -> None:
    client = as_person(stranger)
    for number in range(11):
        assert client.get(reverse("citizen:authorise", args=[f"guess-{number}"])).status_code == 404
    from portal.accounts.link_limit import LinkLimit

    assert LinkLimit(stranger.pk).is_reached()
    assert not LinkLimit(lin.pk).is_reached()


def test_what_was_agreed_to_can_be_read_again(draft: Case, lin: Account, as_person: SignIn) -> None:
    """个人信息保护法 第十四条: what was agreed to stays readable, with its version."""
    page = text_of(as_person(lin).get(reverse("citizen:authorisations")))
    assert "您同意的原文" in page and "2026-11" in page and "到期" in page
