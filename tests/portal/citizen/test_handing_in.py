"""The press, the other party's yes, and the case page that keeps itself fresh."""

from __future__ import annotations

import gzip
import html
import re

import pytest
from django.urls import reverse

from bundles import publishing
from bundles.queries import registry, version
from cases.actions.applying import drafting, parties
from cases.actions.delivery import dispatch
from cases.models import Case, Party, Result, SubApplication
from cases.queries.timeline import timeline_of
from portal.accounts.models import Account
from tests.factories import newborn, toll
from tests.factories.doubles import FakeDepartments
from tests.portal.citizen.conftest import SignIn, photo, text_of
from tests.portal.citizen.mandate_people import company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
MOST_BYTES = 100 * 1024


def key_on(page: str) -> str:
    found = re.search(r'name="client_key" value="(\w+)"', page)
    assert found
    return found[1]


def test_the_check_page_shows_every_answer_and_who_receives_what(draft: Case, lin: Account, as_person: SignIn) -> None:
    page = text_of(as_person(lin).get(reverse("citizen:check", args=[draft.pk])))
    for said in ("陈一诺", newborn.CHEN["id_no"], "每个部门收到什么", "我确认以上内容属实"):
        assert said in page
    assert page.count("修改") >= 7


def test_items_that_may_be_added_are_named_before_the_press(as_person: SignIn) -> None:
    firm = company()
    draft = drafting.start_draft("GCJS", applicant=firm, channel="online")
    page = text_of(as_person(firm).get(reverse("citizen:check", args=[draft.pk])))
    assert "还可以一起办：供水、供电、燃气、通信报装对接" in page


def test_nothing_is_submitted_without_the_declaration(draft: Case, lin: Account, as_person: SignIn) -> None:
    response = as_person(lin).post(reverse("citizen:check", args=[draft.pk]), {"client_key": "k"})
    assert response.status_code == 422
    assert "请先确认内容属实" in text_of(response)
    assert Case.objects.get(pk=draft.pk).state == "draft"


def test_two_presses_make_one_case(draft: Case, lin: Account, chen: Account, as_person: SignIn) -> None:
    client, address = as_person(lin), reverse("citizen:check", args=[draft.pk])
    posted = {"declared": "1", "client_key": key_on(text_of(client.get(address)))}
    places = {client.post(address, posted)["Location"] for _ in range(2)}
    assert places == {reverse("citizen:parties", args=[draft.pk])}
    assert Party.objects.get(case=draft, party_id="father").state == "asked"
    assert Case.objects.count() == 1


def test_what_is_missing_leads_to_its_place(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.post(reverse("citizen:section", args=[draft.pk, "s_child"]), {"s_child.0.child_name": ""})
    response = client.post(reverse("citizen:check", args=[draft.pk]), {"declared": "1", "client_key": "k"})
    assert response.status_code == 422
    section = reverse("citizen:section", args=[draft.pk, "s_child"])
    assert f"{section}?back=check#f-s_child-0-child_name" in text_of(response)


def test_a_condition_that_is_not_met_leads_to_the_answer_it_reads(lin: Account, as_person: SignIn) -> None:
    definition = toll.document({"kind": "none"})
    small = {"id": "E1", "zh": "面积不超过200平方米", "expr": "area <= 200", "fail": "超过200平方米的请到窗口办"}
    definition["eligibility"] = [{**small, "src": "known"}]
    publishing.publish(publishing.new_bundle(definition))
    case = toll.draft(lin, area="300")
    client, address = as_person(lin), reverse("citizen:check", args=[case.pk])
    section = reverse("citizen:section", args=[case.pk, "s_owner"])
    known_before = text_of(client.get(address))
    pressed = client.post(address, {"declared": "1", "client_key": "k"})
    assert pressed.status_code == 422
    for page in (known_before, text_of(pressed)):
        assert "超过200平方米的请到窗口办" in page and f"{section}?back=check#f-area" in page
    assert Case.objects.get(pk=case.pk).state == "draft"


def handed_in(case: Case, lin: Account, as_person: SignIn) -> Party:
    posted = {"declared": "1", "client_key": "k1"}
    as_person(lin).post(reverse("citizen:check", args=[case.pk]), posted)
    return Party.objects.get(case=case, party_id="father")


def test_the_other_party_sees_only_what_concerns_him(
    draft: Case, lin: Account, chen: Account, as_person: SignIn
) -> None:
    party, client = handed_in(draft, lin, as_person), as_person(chen)
    assert "林**" in text_of(client.get(reverse("citizen:authorisations")))
    page = text_of(client.get(reverse("citizen:authorise_request", args=[party.pk])))
    assert newborn.CHEN["phone"] in page
    for secret in (newborn.LIN["phone"], newborn.LIN["id_no"], newborn.LIN["bank_card"], "示例路1号", "林晓岚"):
        assert secret not in page


def test_his_yes_files_the_case(draft: Case, lin: Account, chen: Account, as_person: SignIn) -> None:
    party = handed_in(draft, lin, as_person)
    response = as_person(chen).post(reverse("citizen:authorise_request", args=[party.pk]), {"answer": "yes"})
    assert response.status_code == 302
    assert Case.objects.get(pk=draft.pk).state == "submitted"


def test_his_no_brings_the_draft_back(draft: Case, lin: Account, chen: Account, as_person: SignIn) -> None:
    party = handed_in(draft, lin, as_person)
    as_person(chen).post(reverse("citizen:authorise_request", args=[party.pk]), {"answer": "no"})
    assert Case.objects.get(pk=draft.pk).state == "draft"
    assert "没有同意" in text_of(as_person(lin).get(reverse("citizen:tasks", args=[draft.pk])))


def test_the_link_opens_for_the_person_it_was_sent_to_and_nobody_else(
    draft: Case, lin: Account, chen: Account, stranger: Account, as_person: SignIn
) -> None:
    party = handed_in(draft, lin, as_person)
    address = reverse("citizen:authorise", args=[parties.link_for(party)])
    assert as_person(None).get(address).status_code == 302
    assert as_person(stranger).get(address).status_code == 404
    assert as_person(chen).get(address).status_code == 200
    assert as_person(chen).get(reverse("citizen:authorise", args=["guessed"])).status_code == 404


def test_the_case_page_answers_three_questions_and_stays_light(filed: Case, lin: Account, as_person: SignIn) -> None:
    response = as_person(lin).get(reverse("citizen:case", args=[filed.pk]))
    page = text_of(response)
    for said in ("办到哪了", "现在要您做什么", "什么时候办齐", "为什么是", "每件事在谁手里", "经过"):
        assert said in page
    assert len(gzip.compress(response.content)) < MOST_BYTES
    assert "no-store" in response["Cache-Control"]


def test_who_waits_for_the_other_party_is_taken_to_the_case_once_that_person_agrees(
    draft: Case, lin: Account, chen: Account, as_person: SignIn
) -> None:
    party, client = handed_in(draft, lin, as_person), as_person(lin)
    page = text_of(client.get(reverse("citizen:parties", args=[draft.pk])))
    shown = dict(re.findall(r'data-live(-\w+|)="([^"]*)"', page))
    assert shown["-go"] == reverse("citizen:case", args=[draft.pk])
    mark = html.unescape(shown["-mark"])
    assert client.get(shown[""], headers={"If-None-Match": mark}).status_code == 304
    assert client.get(shown[""]).status_code == 204
    as_person(chen).post(reverse("citizen:authorise_request", args=[party.pk]), {"answer": "yes"})
    assert client.get(shown[""], headers={"If-None-Match": mark}).status_code == 200
    assert client.get(shown["-go"]).status_code == 200


def test_the_whole_history_can_be_read(filed: Case, lin: Account, as_person: SignIn) -> None:
    for _ in range(3):
        dispatch.pump()
    page = text_of(as_person(lin).get(reverse("citizen:case", args=[filed.pk])))
    told = [event.text for event in timeline_of(filed, version(filed.bundle_version_id).spec, registry())]
    assert told[-1] in page


def test_pages_load_htmx_only_where_they_use_it(filed: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    for address in (reverse("citizen:home"), reverse("citizen:catalogue"), reverse("citizen:search")):
        page = text_of(client.get(address))
        assert ("hx-" in page, "htmx-2" in page) == (True, True), address
    page = text_of(client.get(reverse("citizen:case", args=[filed.pk])))
    assert ("hx-" in page, "htmx-2" in page) == (False, False)


def test_nothing_new_costs_nothing(filed: Case, lin: Account, as_person: SignIn) -> None:
    client, address = as_person(lin), reverse("citizen:live", args=[filed.pk])
    mark = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": mark}).status_code == 304
    dispatch.pump()
    fresh = client.get(address, headers={"If-None-Match": mark})
    assert fresh.status_code == 200
    assert fresh["ETag"] != mark


def test_looking_whether_there_is_news_takes_three_queries(
    filed: Case, lin: Account, as_person: SignIn, django_assert_max_num_queries: object
) -> None:
    client, address = as_person(lin), reverse("citizen:live", args=[filed.pk])
    mark = client.get(address)["ETag"]
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        client.get(address, headers={"If-None-Match": mark})


def test_one_item_is_taken_back_and_the_rest_goes_on(filed: Case, lin: Account, as_person: SignIn) -> None:
    sub = SubApplication.objects.get(case=filed, item_id="MATERNITY_PAY")
    as_person(lin).post(reverse("citizen:withdraw", args=[filed.pk]), {"item": str(sub.pk), "reason": "先不办"})
    assert SubApplication.objects.get(pk=sub.pk).state == "withdrawn"
    assert Case.objects.get(pk=filed.pk).is_open


def test_a_correction_opens_only_what_was_asked_and_is_sent_once(
    filed: Case, lin: Account, departments: FakeDepartments, as_person: SignIn
) -> None:
    sub = SubApplication.objects.get(case=filed, item_id="BIRTH_CERT")
    _ask_to_correct(filed, sub, "child_name", "姓名写法请确认")
    client, address = as_person(lin), reverse("citizen:correct", args=[filed.pk])
    page = text_of(client.get(address))
    assert "姓名写法请确认" in page
    assert 'name="s_child.0.child_name"' in page
    assert 'name="mother_live"' not in page
    wrong = client.post(address, {"s_child.0.child_name": "一二三四五六七", "send": "1"})
    assert wrong.status_code == 422
    assert "一二三四五六七" in text_of(wrong)
    sent = client.post(address, {"s_child.0.child_name": "陈一言", "mother_live": "偷偷改", "send": "1"})
    assert sent["Location"] == reverse("citizen:case", args=[filed.pk])
    fields = Case.objects.get(pk=filed.pk).answers["fields"]
    assert fields["s_child"][0]["child_name"] == "陈一言"
    assert fields["mother_live"] != "偷偷改"


def _ask_to_correct(case: Case, sub: SubApplication, about: str, text: str) -> None:
    """As a department does over the wire: it received the filing and asks for something."""
    from django.db import transaction

    from cases.actions.engine import progress
    from cases.actions.engine.locking import lock_case_of, lock_subs
    from cases.actions.supplementing import supplements
    from cases.ports import Actor, Reason

    dispatch.judging.judge_ready()
    with transaction.atomic():
        locked, mine = lock_case_of(sub.pk)
        subs = lock_subs(locked)
        one = next(row for row in subs if row.pk == mine.pk)
        reason = Reason("S03", about, text)
        supplements.request(locked, one, [reason], by=Actor("department", "WJ", "WJ"))
        progress.advance(locked, subs)
    assert Case.objects.get(pk=case.pk).state == "awaiting_applicant"


def test_results_come_as_one_package_and_each_can_be_verified(filed: Case, lin: Account, as_person: SignIn) -> None:
    dispatch.pump()
    client = as_person(lin)
    page = text_of(client.get(reverse("citizen:results", args=[filed.pk])))
    assert page.count('class="cert"') == Result.objects.filter(sub__case=filed).count() == 6
    archive = client.get(reverse("citizen:package", args=[filed.pk]))
    assert archive.content[:2] == b"PK"
    result = Result.objects.filter(sub__case=filed, sub__item_id="BIRTH_CERT").get()
    public = as_person(None).get(reverse("citizen:verify_mark", args=[result.mark]))
    shown = text_of(public)
    assert "是真的" in shown
    for secret in ("陈一诺", "林晓岚", "R350000001"):
        assert secret not in shown
    assert as_person(None).get(reverse("citizen:verify_mark", args=["AAAABBBBCCCCDDDD"])).status_code == 404


def test_everybody_who_read_the_data_is_listed(filed: Case, lin: Account, as_person: SignIn) -> None:
    dispatch.pump()
    page = text_of(as_person(lin).get(reverse("citizen:readings")))
    for said in ("居民身份证", "户籍信息查询", "公安", "用到的内容"):
        assert said in page


def test_a_spared_paper_that_is_asked_for_again_can_be_uploaded(
    filed: Case, lin: Account, departments: FakeDepartments, as_person: SignIn
) -> None:
    sub = SubApplication.objects.get(case=filed, item_id="BIRTH_CERT")
    _ask_to_correct(filed, sub, "M_MARRIAGE", "结婚证看不清，请重拍")
    client, address = as_person(lin), reverse("citizen:correct", args=[filed.pk])
    assert reverse("citizen:upload", args=[filed.pk, "M_MARRIAGE"]) in text_of(client.get(address))
    assert "请补上" in text_of(client.post(address, {"send": "1"}))
    response = client.post(reverse("citizen:upload", args=[filed.pk, "M_MARRIAGE"]), {"files": photo()})
    assert response["Location"] == address
    assert client.post(address, {"send": "1"})["Location"] == reverse("citizen:case", args=[filed.pk])
