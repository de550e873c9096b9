"""The correction page and the papers of a case: numbered lines, who asks, the day; each paper for those it concerns."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.deciding import documents
from cases.actions.delivery import dispatch
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.engine.progress import advance
from cases.actions.supplementing.supplements import request
from cases.models import AccessRecord, Case, Document, SubApplication
from cases.ports import Actor, Reason
from portal.accounts.models import Account, Role
from tests.factories.doubles import FakeDepartments
from tests.portal.citizen.conftest import SignIn

ASKED = {
    "HUKOU": (Reason("S01", "M_HUKOU_BOOK", "缺户主页"), Reason("S03", "child_name", "生僻字请确认写法")),
    "VACCINE_BOOK": (Reason("V1", "child_name", "姓名与出生证明不一致"), Reason("V2", "mother_live", "请写到门牌号")),
    "MATERNITY_PAY": (Reason("S04", "bank_card", "收款账户不是产妇本人账户"),),
}


@pytest.fixture
def asked(filed: Case, departments: FakeDepartments) -> Case:
    """Three departments have asked for four things."""
    for item in ASKED:
        departments.say("received", item=item)
    dispatch.pump()
    case = lock_case(filed.pk)
    subs = lock_subs(case)
    by_item = {sub.item_id: sub for sub in subs}
    for item, reasons in ASKED.items():
        code = by_item[item].department
        request(case, by_item[item], reasons, by=Actor("department", code, code))
    advance(case, subs)
    return case


@pytest.fixture
def officer(db: None) -> Account:
    return Account.objects.create_user("ga", "a-long-password", role=Role.STAFF, name="民警", department="GA")


def at(case: Case, name: str, *more: object) -> str:
    return reverse(f"citizen:{name}", args=[case.pk, *more])


def notice_of(case: Case) -> Document:
    return Document.objects.get(case=case, kind="supplement")


def test_the_page_shows_each_line_once_with_all_who_ask(asked: Case, lin: Account, as_person: SignIn) -> None:
    page = as_person(lin).get(at(asked, "correct")).content.decode()
    assert "请补 4 样" in page
    assert page.count('id="pt-') == 4
    assert page.index("生僻字请确认写法") < page.index("姓名与出生证明不一致") < page.index("请写到门牌号")
    for field in ("s_child.0.child_name", "mother_live", "bank_card"):
        assert f'name="{field}"' in page
    assert 'name="father_phone"' not in page
    assert notice_of(asked).pk.hex in page.replace("-", "")


def test_more_time_is_asked_for_once(asked: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    assert client.post(at(asked, "extend")).status_code == 302
    assert at(asked, "extend") not in client.get(at(asked, "correct")).content.decode()
    assert client.post(at(asked, "extend")).status_code == 409


def test_the_case_page_lists_its_papers_and_each_opens(asked: Case, lin: Account, as_person: SignIn) -> None:
    client, paper = as_person(lin), notice_of(asked)
    assert at(asked, "document", paper.pk) in client.get(at(asked, "case")).content.decode()
    page = client.get(at(asked, "document", paper.pk)).content.decode()
    asking = "市公安局、市疾病预防控制局"
    for word in ("一次性补正告知书", paper.number, "林晓岚", "第三十二条第一款第四项", asking, paper.mark):
        assert word in page


@pytest.mark.parametrize("kind", Document.Kind.values)
def test_every_kind_of_paper_has_its_page(kind: str, filed: Case, lin: Account, as_person: SignIn) -> None:
    sub = SubApplication.objects.filter(case=filed).first()
    paper = documents.issue(filed, kind, sub=sub)
    response = as_person(lin).get(at(filed, "document", paper.pk))
    assert response.status_code == 200
    assert paper.number in response.content.decode()


def test_a_stranger_gets_404_for_somebody_elses_paper(asked: Case, stranger: Account, as_person: SignIn) -> None:
    assert as_person(stranger).get(at(asked, "document", notice_of(asked).pk)).status_code == 404


def test_anybody_may_verify_a_paper_and_learns_nothing_personal(asked: Case, as_person: SignIn) -> None:
    paper = notice_of(asked)
    page = as_person(None).get(reverse("citizen:verify_mark", args=[paper.mark])).content.decode()
    assert "一次性补正告知书" in page
    assert "林晓岚" not in page
    documents.withdraw(asked, paper)
    assert "已经失效" in as_person(None).get(reverse("citizen:verify_mark", args=[paper.mark])).content.decode()


def test_the_package_holds_the_papers(asked: Case, lin: Account, as_person: SignIn) -> None:
    response = as_person(lin).get(at(asked, "package"))
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert any("一次性补正告知书" in name for name in names)


def test_staff_read_papers_of_their_items_only_and_leave_a_trace(
    filed: Case, officer: Account, clerk: Account, as_person: SignIn, departments: FakeDepartments
) -> None:
    dispatch.pump()
    case = lock_case(filed.pk)
    mine = documents.issue(case, "acceptance", sub=SubApplication.objects.get(case=case, item_id="HUKOU"))
    other = documents.issue(case, "acceptance", sub=SubApplication.objects.get(case=case, item_id="BIRTH_CERT"))
    assert as_person(officer).get(desk(mine)).status_code == 200
    assert as_person(officer).get(desk(other)).status_code == 404
    assert as_person(clerk).get(desk(other)).status_code == 200
    traces = AccessRecord.objects.filter(case=filed).order_by("seq")
    assert [trace.what for trace in traces] == [mine.number, other.number]


def test_a_clerk_corrects_on_the_spot_and_takes_a_notice_back(asked: Case, clerk: Account, as_person: SignIn) -> None:
    client: Client = as_person(clerk)
    spot = reverse("counter:spot", args=[asked.pk])
    assert "母亲" in client.get(spot).content.decode()
    assert 'name="mother_live"' in client.get(spot, {"field": "mother_live"}).content.decode()
    assert client.post(spot, {"path": "father_phone", "father_phone": "12"}).status_code == 422
    assert client.post(spot, {"path": "mother_live", "mother_live": "示例路2号"}).status_code == 302
    assert Case.objects.get(pk=asked.pk).answers["fields"]["mother_live"] == "示例路2号"
    page = client.get(reverse("counter:case", args=[asked.pk])).content.decode()
    assert "缺户主页" in page
    client.post(reverse("counter:take_back", args=[asked.pk]), {"reason": "材料已在窗口收齐"})
    assert Case.objects.get(pk=asked.pk).state == "in_progress"


def desk(paper: Document) -> str:
    return reverse("counter:document", args=[paper.pk])
