"""What pages read: the words, the picture, and how many queries that takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from bundles import queries as catalogue
from cases.actions.applying import drafting, filing
from cases.actions.delivery import dispatch
from cases.actions.desk import worklist
from cases.models import Case, Delivery, SubApplication
from cases.ports import Reason
from cases.queries import (
    case_page,
    count_totals,
    my_cases,
    picture_of,
    results_page,
    silent_rows,
    task,
    task_list,
    verify_mark,
)
from cases.queries import worklist as worklist_of
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture
def happy(departments: FakeDepartments) -> FakeDepartments:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    return departments


def fresh(case: Case) -> Case:
    return Case.objects.select_related("applicant").get(pk=case.pk)


def page_of(case: Case) -> Any:
    return case_page(fresh(case))


# ---- the draft ----------------------------------------------------------------------------------------------


def test_a_new_draft_shows_what_is_done_and_what_is_missing(lin: Account) -> None:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    before = task_list(fresh(case))
    after = task_list(fresh(drafting.refresh_prefill(case.pk)))
    assert before.percent < after.percent < 100
    states = {section.id: section.state for section in after.sections}
    assert states["s_mother"] == "started"
    assert states["s_insure"] == "not_started"
    assert not after.is_ready
    assert {"section", "material"} <= {blocker.kind for blocker in after.blockers}


def test_a_complete_draft_is_ready(lin: Account) -> None:
    tasks = task_list(newborn.draft(lin))
    assert tasks.blockers == ()
    assert (tasks.is_ready, tasks.percent) == (True, 100)
    father = next(party for party in tasks.parties if party.party_id == "father")
    assert (father.must_agree, father.state_label) == (True, "未请求")
    mother = next(party for party in tasks.parties if party.party_id == "mother")
    assert (mother.must_agree, mother.is_applicant) == (False, True)


def test_a_wrong_answer_marks_its_section_wrong(lin: Account) -> None:
    case = newborn.draft(lin)
    drafting.save_section(case.pk, "s_father", {"father_phone": newborn.LIN["phone"]}, by=lin.actor)
    states = {section.id: section.state for section in task_list(fresh(case)).sections}
    assert states["s_father"] == "wrong"


def test_items_put_off_are_shown_as_such(lin: Account) -> None:
    case = newborn.draft(lin)
    drafting.save_guidance(case.pk, by=lin.actor, guidance={}, later=["SBK"])
    items = {item.item_id: item for item in task_list(fresh(case)).items}
    assert (items["SBK"].is_on, items["SBK"].is_later) == (False, True)
    assert items["HUKOU"].is_on
    assert items["HUKOU"].can_postpone


def test_an_answer_that_ends_the_filing_says_where_to_go(lin: Account) -> None:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance={"born_at": "elsewhere"})
    stop = next(blocker for blocker in task_list(fresh(case)).blockers if blocker.kind == "stop")
    assert "外出生证办理窗口" in stop.text


# ---- the case -----------------------------------------------------------------------------------------------


def test_the_three_answers_of_a_case_that_waits_for_the_father(lin: Account) -> None:
    case = newborn.draft(lin)
    filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)
    page = page_of(case)
    assert page.answers.where == "已填好，等对方确认"
    assert page.answers.todo == "请陈屿确认，确认后自动提交"
    assert page.next_step.kind == "parties"


def test_the_picture_shows_who_waits_for_whom_and_what_flows(lin: Account, chen: Account) -> None:
    page = page_of(newborn.submitted(lin, chen))
    nodes = {node.item_id: node for node in page.nodes}
    assert (nodes["BIRTH_CERT"].wave, nodes["HUKOU"].wave, nodes["SBK"].wave) == (1, 2, 3)
    assert nodes["HUKOU"].look == "wait"
    assert nodes["HUKOU"].note.startswith("等出生医学证明签发")
    assert nodes["HUKOU"].dept_short
    flows = {(edge.source, edge.target): edge.label for edge in page.edges}
    assert flows[(nodes["BIRTH_CERT"].key, nodes["HUKOU"].key)].startswith("出生证编号")
    assert page.answers.where == f"{page.counts.total} 件办好 0 件"


def test_a_concluded_case_says_so_and_offers_its_results(lin: Account, chen: Account, happy: FakeDepartments) -> None:
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    page = page_of(case)
    assert page.answers.where == f"全部办结：{page.counts.total} 件办好 {page.counts.total} 件"
    assert page.next_step.kind == "results"
    assert {node.look for node in page.nodes} == {"done"}
    assert page.timeline[0].text.startswith("全部办结")
    assert any(entry.text == "父亲已确认" for entry in page.timeline)
    assert all(entry.text for entry in page.timeline)


def test_a_supplement_is_one_numbered_notice_with_its_day(lin: Account, chen: Account, happy: FakeDepartments) -> None:
    happy.say_once("supplement", item="HUKOU", reasons=(Reason("S01", "M_HUKOU_BOOK", "缺户主页"),))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    page = page_of(case)
    assert page.next_step.kind == "supplement"
    assert [(p.number, p.about, p.text) for p in page.notice.points] == [(1, "M_HUKOU_BOOK", "缺户主页")]
    assert page.answers.when.startswith("请在")
    hukou = next(node for node in page.nodes if node.item_id == "HUKOU")
    assert (hukou.look, hukou.note) == ("you", "等您补 1 样")


def test_a_choice_after_a_refusal_is_asked_for_by_name(lin: Account, chen: Account, happy: FakeDepartments) -> None:
    happy.say("rejected", item="HUKOU", reasons=(Reason("J01", "", "该出生医学证明已用于落户"),))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    page = page_of(case)
    assert page.next_step.kind == "choose"
    assert "城乡居民基本医疗保险参保登记" in page.next_step.text
    refused = next(node for node in page.nodes if node.item_id == "HUKOU")
    assert (refused.look, refused.reasons) == ("bad", ("该出生医学证明已用于落户",))


def test_a_department_that_cannot_be_reached_is_told_softly(
    lin: Account, chen: Account, happy: FakeDepartments
) -> None:
    happy.fail("down", department="WJ", times=20)
    case = newborn.submitted(lin, chen)
    for _ in range(7):
        Delivery.objects.filter(sub__case=case).update(next_at=timezone.now(), lease_until=None)
        dispatch.pump()
    page = page_of(case)
    birth = next(node for node in page.nodes if node.item_id == "BIRTH_CERT")
    assert (birth.look, birth.note) == ("retry", "暂时送不到，系统在重试")
    assert "系统会一直重试，您不用操作" in page.attention[0].text


def test_a_rule_says_in_words_what_it_read_and_shows_no_value(
    lin: Account, chen: Account, happy: FakeDepartments
) -> None:
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    hukou = next(node for node in page_of(case).nodes if node.item_id == "HUKOU")
    assert hukou.trace[0].rule == "出生证未用于落户"
    read = {words for node in page_of(case).nodes for rule in node.trace for words in rule.read}
    assert {"父母是否已登记结婚？：已填", "人口基础信息核验“姓名身份证号一致”：是"} <= read
    assert newborn.LIN["id_no"] not in str([node.trace for node in page_of(case).nodes])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_of_a_case_has_a_query_budget(
    lin: Account, chen: Account, happy: FakeDepartments, django_assert_max_num_queries: Any, lang: str
) -> None:
    case = newborn.submitted(lin, chen, children=("陈一诺", "陈一言"))
    dispatch.pump()
    found = fresh(case)
    case_page(found, lang)
    with django_assert_max_num_queries(8):
        case_page(found, lang)


def test_the_list_of_cases_is_one_query(lin: Account, chen: Account, django_assert_max_num_queries: Any) -> None:
    newborn.submitted(lin, chen)
    newborn.draft(lin)
    with django_assert_max_num_queries(1):
        rows = my_cases(lin)
    assert [row.state for row in rows] == ["draft", "submitted"]
    assert rows[0].needs_me
    assert "件办好 0 件" in rows[1].headline


def test_the_task_list_has_a_query_budget(lin: Account, django_assert_max_num_queries: Any) -> None:
    case = fresh(newborn.draft(lin))
    with django_assert_max_num_queries(5):
        task_list(case)


# ---- results ------------------------------------------------------------------------------------------------


def test_results_carry_labels_and_a_refusal_its_reason_and_remedy(
    lin: Account, chen: Account, happy: FakeDepartments
) -> None:
    happy.say("rejected", item="MATERNITY_PAY", reasons=(Reason("J03", "", "分娩当月连续参保不足规定月数"),))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    page = results_page(fresh(case))
    birth = next(result for result in page.results if result.result_id == "R_BIRTH")
    assert [(field.label, field.value) for field in birth.fields][:2] == [
        ("出生证编号", "R350000001"),
        ("新生儿姓名", "陈一诺"),
    ]
    (refused,) = page.refused
    assert refused.title == "生育保险待遇核准支付（生育医疗费用、生育津贴）"
    assert refused.reasons == ("分娩当月连续参保不足规定月数",)
    assert "60 日内申请行政复议" in refused.remedy
    assert "6 个月内" in refused.remedy


def test_a_mark_verifies_the_paper_and_nothing_about_the_person(
    lin: Account, chen: Account, happy: FakeDepartments
) -> None:
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    mark = results_page(fresh(case)).results[0].mark
    spaced = f" {mark[:4].lower()}-{mark[4:8]} {mark[8:]}"
    verified = verify_mark(spaced)
    assert verified is not None
    assert verified.department
    assert "陈一诺" not in str(verified)
    assert verify_mark("0" * 16) is None
    assert verify_mark("") is None


# ---- the catalogue's picture --------------------------------------------------------------------------------


def test_the_picture_of_every_shipped_bundle_has_a_wave_for_each_item() -> None:
    for published in catalogue.published_all():
        picture = picture_of(published.spec)
        assert [node.key for node in picture.nodes] == [item.id for item in published.spec.items]
        waves = {node.key: node.wave for node in picture.nodes}
        assert all(waves[edge.source] < waves[edge.target] for edge in picture.edges)


# ---- departments --------------------------------------------------------------------------------------------


def manual_task(lin: Account, chen: Account) -> SubApplication:
    """The household registration, as if the police had no system."""
    case = newborn.submitted(lin, chen)
    sub = SubApplication.objects.get(case=case, item_id="HUKOU")
    SubApplication.objects.filter(pk=sub.pk).update(connect="manual")
    dispatch.pump()
    return SubApplication.objects.select_related("case", "case__applicant").get(pk=sub.pk)


@pytest.fixture
def officer(db: None) -> Account:
    return Account.objects.create_user("officer", "a-long-password", role=Role.STAFF, name="民警", department="GA")


def test_a_task_waits_on_the_worklist_until_somebody_takes_it(
    lin: Account, chen: Account, happy: FakeDepartments, officer: Account
) -> None:
    sub = manual_task(lin, chen)
    (row,) = worklist_of(officer).waiting
    assert (row.sub_id, row.applicant) == (sub.pk, "林**")
    worklist.take(sub.pk, by=officer.actor, version=row.version)
    assert [mine.sub_id for mine in worklist_of(officer).mine] == [sub.pk]


def test_a_task_past_the_law_is_red_past_the_promise_yellow_and_due_today_blue(
    lin: Account, chen: Account, happy: FakeDepartments, officer: Account
) -> None:
    sub = manual_task(lin, chen)
    today = timezone.localdate()
    colours = []
    far, yesterday = today + timedelta(days=60), today - timedelta(days=1)
    for day, law in ((yesterday, yesterday), (yesterday, far), (today, far), (far, far)):
        SubApplication.objects.filter(pk=sub.pk).update(due_on=day, statutory_due_on=law)
        colours.append(worklist_of(officer).waiting[0].colour)
    assert colours == ["red", "yellow", "blue", "green"]


def test_a_department_sees_the_fields_its_item_names_and_no_others(
    lin: Account, chen: Account, happy: FakeDepartments, officer: Account
) -> None:
    page = task(manual_task(lin, chen), officer)
    seen = {field.name.rpartition(".")[2]: field for field in page.fields}
    assert seen["child_name"].text == "陈一诺"
    assert seen["child_name"].label == "新生儿姓名"
    assert not {"mother_live", "card_bank", "bank_card", "join_region", "hospital"} & set(seen)
    assert newborn.LIN["bank_card"] not in str(page)
    upstream = {field.name: field.text for item in page.upstream for field in item.fields}
    assert upstream["cert_no"] == "R350000001"
    assert {"M_HUKOU_BOOK", "M_MARRIAGE"} <= {slot.material_id for slot in page.materials}
    assert "M_RECEIPT" not in {slot.material_id for slot in page.materials}
    assert "id_no" in {field.name for field in page.result_fields}
    assert ("reject", "J01") in {(reason.kind, reason.code) for reason in page.reasons}


# ---- health -------------------------------------------------------------------------------------------------


def test_a_row_whose_time_has_passed_unseen_is_silent(lin: Account, chen: Account) -> None:
    case = newborn.submitted(lin, chen)
    assert silent_rows() == ()
    Case.objects.filter(pk=case.pk).update(next_at=timezone.now() - timedelta(minutes=2))
    (row,) = silent_rows()
    assert (row.kind, row.id) == ("case", str(case.pk))


def test_totals_count_what_is_really_there(lin: Account, chen: Account, happy: FakeDepartments) -> None:
    before = count_totals()
    newborn.draft(lin)
    newborn.submitted(lin, chen)
    dispatch.pump()
    after = count_totals()
    assert after.cases_filed == before.cases_filed + 1
    assert after.cases_concluded == before.cases_concluded + 1
    assert after.items_done_today > before.items_done_today
