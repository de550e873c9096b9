"""The page of what is left while registers are slow: what comes later comes by itself and overwrites nothing."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.applying import drafting
from cases.actions.registers import late
from cases.models import Case
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeRegister
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
HIDDEN = re.compile(r'<input type="hidden" name="(base|rows)" value="([^"]*)">')
HUKOU = "示例市思明区示例路1号"


@pytest.fixture
def waiting(lin: Account, known_family: None, register: FakeRegister) -> Case:
    """A draft whose household and birth registers were silent; they speak again from now on."""
    register.silent.update({"HUKOU_INFO", "DELIVERY_INFO"})
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    case = drafting.refresh_prefill(case.pk)
    register.silent.clear()
    return case


def rest(case: Case) -> str:
    return reverse("citizen:rest", args=[case.pk])


def page_of(client: Client, case: Case) -> str:
    answer = client.get(rest(case))
    assert answer.status_code == 200
    return text_of(answer)


def marks(page: str) -> dict[str, str]:
    return dict(HIDDEN.findall(page))


def asks_at(page: str) -> str:
    found = re.search(r'data-live="([^"]+)"', page)
    assert found, "the page asks on by itself"
    return unescape(found[1])


def answers_of(case: Case) -> dict[str, Any]:
    answers: dict[str, Any] = Case.objects.get(pk=case.pk).answers
    return answers


def test_the_page_says_who_is_asked_still_and_asks_on_by_itself(waiting: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    page = page_of(client, waiting)
    assert "户籍信息查询" in page and "查到会自己补上" in page
    assert 'data-field="mother_hukou"' in page
    news = text_of(client.get(asks_at(page)))
    assert "data-arrived" not in news and "data-live-done" not in news, "nobody has answered yet"


def test_what_comes_is_put_in_and_is_no_longer_left(waiting: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    page = page_of(client, waiting)
    left = int(re.search(r"只差这 (\d+) 项", page)[1])  # type: ignore[index]
    late.carry_on()
    news = text_of(client.get(asks_at(page)))
    came = re.findall(r'data-path="([^"]+)"', news)
    assert "mother_hukou" in came and f'data-path="mother_hukou" data-value="{HUKOU}"' in news
    assert f"查到 {len(came)} 项" in news and f"只差这 {left - len(came)} 项" in news
    assert "data-live-done" in news, "there is nobody to wait for"
    assert not set(came) & set(re.findall(r'data-field="([^"]+)"', page_of(client, waiting)))


def test_only_the_questions_that_stood_empty_on_the_page_are_told(
    waiting: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    late.carry_on()
    address = reverse("citizen:rest_arrivals", args=[waiting.pk])
    news = text_of(client.get(f"{address}?of=3&at=mother_hukou&at=nonsense&at=mother_live"))
    assert re.findall(r'data-path="([^"]+)"', news) == ["mother_hukou"]
    assert "data-path" not in text_of(client.get(address)) and "mother_name" not in news


def test_what_is_typed_before_the_answer_comes_stays(waiting: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    shown = marks(page_of(client, waiting))
    late.carry_on()
    client.post(rest(waiting), {"mother_hukou": "我自己填的地址", "again": "yes", **shown})
    assert answers_of(waiting)["fields"]["mother_hukou"] == "我自己填的地址"


@pytest.mark.parametrize("typed", ["", HUKOU, f" {HUKOU} "])
def test_a_stale_page_that_says_nothing_else_leaves_the_registers_answer_and_its_lock(
    typed: str, waiting: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    shown = marks(page_of(client, waiting))
    late.carry_on()
    before = answers_of(waiting)
    client.post(rest(waiting), {"mother_hukou": typed, "native_place": "350203", "again": "yes", **shown})
    after = answers_of(waiting)
    assert after["fields"]["native_place"] == "350203"
    assert after["fields"]["mother_hukou"] == HUKOU
    assert after["sources"]["mother_hukou"] == before["sources"]["mother_hukou"]


def test_a_page_shown_after_the_answer_or_made_up_opens_no_locked_value(
    waiting: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    early = marks(page_of(client, waiting))
    late.carry_on()
    locked = [path for path, one in answers_of(waiting)["sources"].items() if one.get("locked")]
    assert any(path.startswith("s_child.0.") for path in locked), "the hospital's own record is locked"
    before = answers_of(waiting)
    fresh = marks(page_of(client, waiting))
    made_up = {"base": ",".join(f"{path}:00000000" for path in locked), "rows": early["rows"]}
    cut = {**early, "base": early["base"].rpartition(":")[0]}
    for shown in (fresh, made_up, cut, {}):
        client.post(rest(waiting), {**dict.fromkeys(locked, "别的"), "again": "yes", **shown})
        after = answers_of(waiting)
        assert {path: after["sources"][path] for path in locked} == {path: before["sources"][path] for path in locked}
        assert after["fields"]["s_child"] == before["fields"]["s_child"]


def test_once_the_page_has_saved_what_came_it_opens_no_lock_any_more(
    waiting: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    page = page_of(client, waiting)
    late.carry_on()
    news = text_of(client.get(asks_at(page)))
    locked = re.findall(r'data-path="([^"]+)" data-value="([^"]+)" data-source="[^"]+" data-locked', news)
    path, value = locked[0]
    address = reverse("citizen:rest_autosave", args=[waiting.pk])
    said = client.post(address, {path: unescape(value), **marks(page)}).json()
    client.post(rest(waiting), {path: "别的", "again": "yes", **marks(page), "base": said["base"]})
    assert answers_of(waiting)["sources"][path]["locked"] is True


def test_a_row_that_a_register_adds_is_no_change_by_somebody_else(
    waiting: Case, lin: Account, as_person: SignIn, register: FakeRegister
) -> None:
    client = as_person(lin)
    shown = marks(page_of(client, waiting))
    (first,) = register.records["DELIVERY_INFO"][newborn.LIN["id_no"]]
    register.put("DELIVERY_INFO", newborn.LIN["id_no"], first, {**first, "order_no": 2})
    late.carry_on()
    assert len(answers_of(waiting)["fields"]["s_child"]) == 2
    answer = client.post(rest(waiting), {"s_child.0.child_name": "陈一诺", "again": "yes", **shown})
    assert answer.status_code == 302
    assert [row.get("child_name") for row in answers_of(waiting)["fields"]["s_child"]] == ["陈一诺", None]
    drafting.add_row(waiting.pk, "s_child", by=lin.actor)
    assert client.post(rest(waiting), {"s_child.0.child_name": "陈一言", **shown}).status_code == 409


def test_looking_again_keeps_what_is_typed_and_blames_nobody_for_the_rest(
    waiting: Case, lin: Account, as_person: SignIn
) -> None:
    """Without scripts: the press beside the note, not a link that throws away what was typed."""
    client = as_person(lin)
    page = page_of(client, waiting)
    assert 'name="again"' in page
    answer = client.post(rest(waiting), {"native_place": "350203", "father_phone": "1", "again": "yes", **marks(page)})
    assert (answer.status_code, answer["Location"]) == (302, rest(waiting))
    page = page_of(client, waiting)
    assert answers_of(waiting)["fields"]["native_place"] == "350203"
    assert page.count('class="error"') == 1 and 'value="1"' in page, "what is typed wrong is said, what is open is not"


def test_where_nobody_is_asked_any_more_the_page_is_quiet(lin: Account, known_family: None, as_person: SignIn) -> None:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    drafting.refresh_prefill(case.pk)
    page = page_of(as_person(lin), case)
    assert "data-live" not in page and 'name="again"' not in page


def test_what_came_is_nobody_elses(waiting: Case, stranger: Account, as_person: SignIn) -> None:
    address = reverse("citizen:rest_arrivals", args=[waiting.pk])
    assert as_person(stranger).get(f"{address}?at=mother_hukou").status_code == 404
