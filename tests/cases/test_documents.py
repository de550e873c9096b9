"""Documents: issued once, numbered by year, kept as they were; what the law wants in writing stands in them."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction

from cases.actions.applying import withdrawal
from cases.actions.deciding import documents
from cases.actions.delivery import dispatch
from cases.models import Case, Document, Event
from cases.ports import SYSTEM, Reason
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("departments", "known_family")]
NEW_YEAR = datetime(2027, 1, 4, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def case(lin: Account, chen: Account) -> Case:
    return newborn.submitted(lin, chen)


def test_a_document_is_numbered_within_its_year(case: Case) -> None:
    first, second = documents.issue(case, "acceptance"), documents.issue(case, "fee")
    assert re.fullmatch(rf"受理〔{first.issued_on.year}〕350200-\d{{6}}号", first.number)
    assert serial(second) == serial(first) + 1
    with time_machine.travel(NEW_YEAR, tick=False):
        later = documents.issue(case, "acceptance")
    assert "〔2027〕" in later.number
    assert serial(later) == 1


def test_a_document_stays_as_it_was_issued(case: Case) -> None:
    paper = documents.issue(case, "acceptance", by=SYSTEM)
    assert paper.sha256 == documents.digest(Document.objects.get(pk=paper.pk))
    with pytest.raises(IntegrityError, match="stays as it was issued"), transaction.atomic():
        Document.objects.filter(pk=paper.pk).update(number="改过")
    with pytest.raises(IntegrityError, match="stays as it was issued"), transaction.atomic():
        Document.objects.filter(pk=paper.pk).delete()


def test_a_document_is_withdrawn_once_and_kept(case: Case) -> None:
    paper = documents.withdraw(case, documents.issue(case, "supplement"))
    first = paper.withdrawn_at
    documents.withdraw(case, paper)
    assert Document.objects.get(pk=paper.pk).withdrawn_at == first
    assert Event.objects.filter(case=case, kind="document.withdrawn").count() == 1
    with pytest.raises(IntegrityError, match="stays as it was issued"), transaction.atomic():
        Document.objects.filter(pk=paper.pk).update(withdrawn_at=None)


def test_an_acceptance_names_day_and_limits_行政许可法_32_2(case: Case) -> None:
    sub = case.sub_applications.get(item_id="HUKOU")
    words = documents.issue(case, "acceptance", sub=sub).values
    assert (words["to"], words["item"]) == ("林晓岚", "户口登记（申报出生登记）（陈一诺）")
    assert words["authority"].endswith("公安局")
    assert words["committed"].endswith("工作日")


def test_a_refusal_carries_reasons_and_remedy_行政许可法_38_2(case: Case) -> None:
    sub = case.sub_applications.get(item_id="HUKOU")
    sub.reasons = [{"code": "J01", "about": "", "text": "该出生医学证明已用于落户"}]
    words = documents.issue(case, "rejection", sub=sub).values
    assert words["reasons"][0]["text"] == "该出生医学证明已用于落户"
    assert "60 日" in words["remedy"]
    assert "6 个月" in words["remedy"]


def serial(document: Document) -> int:
    return int(document.number.rpartition("-")[2].removesuffix("号"))


def test_a_partly_concluded_case_says_item_by_item_and_names_the_remedy_行政许可法_38_2(
    case: Case, departments: FakeDepartments
) -> None:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    departments.say("rejected", item="MATERNITY_PAY", reasons=(Reason("J03", "", "连续参保不足规定月数"),))
    dispatch.pump()
    assert Case.objects.get(pk=case.pk).outcome == "partly"
    words = Document.objects.get(case=case, kind="conclusion").values
    refused = [end for end in words["ends"] if end["is_refused"]]
    assert [end["reasons"] for end in refused] == [["连续参保不足规定月数"]]
    assert len(words["ends"]) == case.sub_applications.count()
    assert "60 日" in words["remedy"]


def test_a_case_taken_back_as_a_whole_is_confirmed_in_writing(case: Case, lin: Account) -> None:
    withdrawal.withdraw_case(case.pk, by=lin.actor, reason="不办了")
    assert Document.objects.filter(case=case, kind="withdrawal").count() == 1
