"""What is left on one page: what is open of all sections, nothing else touched, nothing overwritten unseen."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.applying import drafting
from cases.models import Case
from portal.accounts import profile
from portal.accounts.models import Account
from tests.factories import newborn
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
FIELD = re.compile(r'data-field="([^"]+)"')


def rest(case: Case) -> str:
    return reverse("citizen:rest", args=[case.pk])


@pytest.fixture
def begun(lin: Account, known_family: None) -> Case:
    """A draft of which registers have filled in what they know."""
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    return drafting.refresh_prefill(case.pk)


def asked(page: str) -> list[str]:
    return FIELD.findall(page)


def marks(page: str) -> dict[str, str]:
    found = dict(HIDDEN.findall(page))
    return {key: found[key] for key in ("base", "rows")}


def fields_of(case: Case) -> dict[str, Any]:
    fields: dict[str, Any] = Case.objects.get(pk=case.pk).answers["fields"]
    return fields


def page_of(client: Client, case: Case) -> str:
    answer = client.get(rest(case))
    assert answer.status_code == 200
    return text_of(answer)


ANSWERS = {
    "mother_live": "示例市思明区示例路1号", "father_ethnic": "01", "father_phone": newborn.CHEN["phone"],
    "s_child.0.surname_from": "father", "s_child.0.child_name": "陈一诺", "s_child.0.child_ethnic": "01",
    "head_relation": "30", "native_place": "350203", "join_region": "350203", "card_bank": "ICBC",
    "card_kind": "physical", "delivery_kind": "natural", "bank_name": "ICBC",
}  # fmt: skip


def test_what_is_open_of_all_sections_stands_on_one_page_and_nothing_that_is_filled_in(
    begun: Case, lin: Account, as_person: SignIn
) -> None:
    page = page_of(as_person(lin), begun)
    fields = asked(page)
    assert {"mother_live", "father_phone", "s_child.0.child_name", "native_place", "bank_name"} <= set(fields)
    assert "mother_name" not in fields and "s_child.0.birth_time" not in fields, "registers have filled it in"
    assert "marriage_no" not in fields and "s_child.0.hospital_no" not in fields, "it may be left empty"
    assert "father_consent" not in fields, "the father's own"
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", page)
    assert headings[:3] == ["母亲信息", "父亲信息", "新生儿信息 1"]
    assert "已替您填好" in page and "看全部" in page and "信息不对" not in page


def test_where_to_send_it_is_not_asked_while_where_she_lives_is(begun: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    page = page_of(client, begun)
    assert "mail_address" not in asked(page)
    client.post(rest(begun), {"mother_live": "示例路8号", **marks(page)})
    client.post(rest(begun), {**ANSWERS, "mother_live": "示例路8号", "leave_from": day(begun)})
    assert fields_of(begun)["mail_address"] == "示例路8号"


def day(case: Case) -> str:
    return str(fields_of(case)["s_child"][0]["birth_time"])[:10]


def test_one_press_saves_them_all_and_leads_to_the_papers(begun: Case, lin: Account, as_person: SignIn) -> None:
    client, before = as_person(lin), fields_of(begun)
    page = page_of(client, begun)
    answer = client.post(rest(begun), {**ANSWERS, "leave_from": day(begun), **marks(page)})
    assert answer.status_code == 302, text_of(answer)
    assert answer["Location"] == reverse("citizen:materials", args=[begun.pk])
    after = fields_of(begun)
    assert after["s_child"][0] | {"child_name": "陈一诺"} == after["s_child"][0]
    assert after["bank_name"] == "ICBC"
    kept = {name: value for name, value in before.items() if name not in (*ANSWERS, "s_child")}
    assert {name: after[name] for name in kept} == kept, "what was not on the page stands as it stood"
    assert before["s_child"][0].items() <= after["s_child"][0].items()


def test_what_is_lacking_or_wrong_is_said_once_on_top_and_at_its_field(
    begun: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    posted = {**ANSWERS, "leave_from": day(begun), "father_phone": newborn.LIN["phone"], "card_kind": ""}
    posted["s_child.0.child_name"] = "陈一二三四五六"
    answer = client.post(rest(begun), {**posted, **marks(page_of(client, begun))})
    page = text_of(answer)
    assert answer.status_code == 422
    for dom_id in ("f-father_phone", "f-card_kind", "f-s_child-0-child_name"):
        assert f'href="#{dom_id}"' in page
    assert "父母手机号应分别填写" in page and "不超过6个字" in page and 'value="陈一二三四五六"' in page
    assert "native_place" in asked(page), "what is right stays in its place while the page is mended"
    assert fields_of(begun)["native_place"] == "350203"


def test_what_stands_there_wrong_is_asked_again_with_its_reason(begun: Case, lin: Account, as_person: SignIn) -> None:
    drafting.save_section(begun.pk, "s_father", {"father_phone": newborn.LIN["phone"]}, by=lin.actor)
    page = page_of(as_person(lin), begun)
    assert "父母手机号应分别填写" in page and f'value="{newborn.LIN["phone"]}"' in page


def test_an_answer_that_opens_questions_shows_them_next(lin: Account, as_person: SignIn) -> None:
    case = drafting.start_draft("XSEYB", applicant=lin, channel="mobile")
    client = as_person(lin)
    assert "grand_id" not in asked(page_of(client, case))
    answer = client.post(rest(case), {"show_by": ["mother", "grand"]})
    assert answer["Location"] == rest(case)
    page = page_of(client, case)
    assert "又多出" in page and "grand_id" in asked(page)


def test_a_locked_value_takes_nothing_whatever_is_posted(begun: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    own = marks(page_of(client, begun))
    forged = own | {"base": "mother_name:00000000"}
    for posted in (own, forged, {}):
        client.post(rest(begun), {"mother_name": "别人", "father_consent": "true", **posted})
    after = fields_of(begun)
    assert after["mother_name"] == "林晓岚" and not after.get("father_consent")


def test_what_changed_elsewhere_is_never_overwritten_unseen(begun: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    shown = marks(page_of(client, begun))
    drafting.save_fields(begun.pk, {"mother_live": "先保存的路", "native_place": "350200"}, by=lin.actor)
    late = client.post(rest(begun), {"mother_live": "后来的路", "native_place": "", "card_bank": "ICBC", **shown})
    page = text_of(late)
    assert late.status_code == 409 and "先保存的路" in page and "后来的路" in page
    assert fields_of(begun)["mother_live"] == "先保存的路"
    carried = dict(HIDDEN.findall(page))
    client.post(rest(begun), {**carried, "use:mother_live": "mine"})
    after = fields_of(begun)
    assert (after["mother_live"], after["native_place"], after["card_bank"]) == ("后来的路", "350200", "ICBC")


def test_a_row_taken_out_elsewhere_takes_no_answer_of_another_row(begun: Case, lin: Account, as_person: SignIn) -> None:
    drafting.add_row(begun.pk, "s_child", by=lin.actor)
    client = as_person(lin)
    shown = marks(page_of(client, begun))
    drafting.remove_row(begun.pk, "s_child", 1, by=lin.actor)
    late = client.post(rest(begun), {"s_child.1.child_name": "陈一言", "native_place": "350203", **shown})
    assert late.status_code == 409
    assert len(fields_of(begun)["s_child"]) == 1 and not fields_of(begun)["s_child"][0].get("child_name")


def test_each_row_is_asked_for_what_it_lacks(begun: Case, lin: Account, as_person: SignIn) -> None:
    drafting.add_row(begun.pk, "s_child", by=lin.actor)
    drafting.save_fields(begun.pk, {"s_child.0.child_name": "陈一诺"}, by=lin.actor)
    page = page_of(as_person(lin), begun)
    fields = asked(page)
    assert "s_child.1.child_name" in fields and "s_child.0.child_name" not in fields
    assert "新生儿信息 1" in page and "新生儿信息 2" in page
    as_person(lin).post(rest(begun), {"s_child.1.child_name": "陈一言", **marks(page)})
    assert [row.get("child_name") for row in fields_of(begun)["s_child"]] == ["陈一诺", "陈一言"]


def test_it_saves_by_itself(begun: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    shown = marks(page_of(client, begun))
    address = reverse("citizen:rest_autosave", args=[begun.pk])
    said = json.loads(client.post(address, {"mother_live": "示例路2号", "father_phone": "1", **shown}).content)
    assert said["saved"].startswith("已自动保存 ") and "father_phone" in said["errors"]
    assert fields_of(begun)["mother_live"] == "示例路2号"
    again = json.loads(client.post(address, {"mother_live": "示例路3号", **shown, "base": said["base"]}).content)
    assert "clash" not in again and fields_of(begun)["mother_live"] == "示例路3号"
    behind = json.loads(client.post(address, {"mother_live": "示例路4号", **shown}).content)
    assert behind["clash"] is True and fields_of(begun)["mother_live"] == "示例路3号"


def test_a_kept_address_is_put_in_without_scripts_and_seen(begun: Case, lin: Account, as_person: SignIn) -> None:
    kept = profile.keep_address(lin, name=lin.name, phone="13800000001", place="示例路100号", first=False)
    client = as_person(lin)
    shown = marks(page_of(client, begun))
    answer = client.post(rest(begun), {**shown, "card_bank": "ICBC", "kept_address": f"mother_live:{kept.pk}"})
    page = text_of(client.get(answer["Location"]))
    assert "示例路100号</textarea>" in page and "mother_live" in asked(page)
    assert (fields_of(begun)["mother_live"], fields_of(begun)["card_bank"]) == ("示例路100号", "ICBC")


def test_it_is_nobody_elses(begun: Case, stranger: Account, as_person: SignIn) -> None:
    for name in ("rest", "rest_autosave", "onward"):
        address = reverse(f"citizen:{name}", args=[begun.pk])
        assert as_person(stranger).post(address, {"mother_live": "别处"}).status_code in (404, 405)
    assert as_person(stranger).get(rest(begun)).status_code == 404


def test_going_on_leads_here_while_a_few_are_open_and_to_the_check_at_last(
    begun: Case, draft: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    assert client.get(reverse("citizen:resume", args=[begun.pk]))["Location"] == rest(begun)
    assert rest(begun) in text_of(client.get(reverse("citizen:tasks", args=[begun.pk])))
    assert client.get(rest(draft))["Location"] == reverse("citizen:check", args=[draft.pk])
    onward = client.get(reverse("citizen:onward", args=[draft.pk]))
    assert onward["Location"] == reverse("citizen:check", args=[draft.pk])


def test_where_registers_know_nothing_the_sections_are_walked_one_by_one(lin: Account, as_person: SignIn) -> None:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    assert "/sections/s_mother/" in as_person(lin).get(reverse("citizen:resume", args=[case.pk]))["Location"]


def test_the_page_asks_the_database_as_often_as_a_section_does(
    begun: Case, lin: Account, as_person: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = as_person(lin)
    page_of(client, begun)
    with django_assert_max_num_queries(20):
        page_of(client, begun)


def test_an_address_of_the_same_part_is_taken_over_by_one_press(begun: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    page = page_of(client, begun)
    held = str(fields_of(begun)["mother_hukou"])
    assert "和“母亲户籍地址”一样" in page and f'data-offer="{held}"' in page
    answer = client.post(rest(begun), {"kept_address": "mother_live:mother_hukou", **marks(page)})
    assert f"{held}</textarea>" in text_of(client.get(answer["Location"]))
    assert fields_of(begun)["mother_live"] == held
    for of_another in ("mother_live:hukou_address", "mother_live:mother_name"):
        assert client.post(rest(begun), {"kept_address": of_another}).status_code == 404
