"""What cannot be chosen after what was answered is not offered: disabled with the reason, or not listed."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.applying import drafting
from cases.models import Case
from portal.accounts.models import Account
from tests.factories import newborn
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
CHILD = "s_child.0.child_ethnic"
REASON = "民族须随父或随母"


@pytest.fixture
def parents(lin: Account, known_family: None) -> Case:
    """Both parents have said what they are: Han and Hui."""
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    drafting.refresh_prefill(case.pk)
    return drafting.save_fields(case.pk, {"father_ethnic": "03"}, by=lin.actor).case


def options(page: str, name: str) -> dict[str, str]:
    """The options of a list by value, with their attributes."""
    drawn = re.search(rf'<select[^>]* name="{re.escape(name)}".*?</select>', page, re.S)
    assert drawn, f"no list for {name}"
    return dict(re.findall(r'<option value="(\w+)"([^>]*)>', drawn[0]))


def can_be_chosen(page: str, name: str) -> set[str]:
    return {value for value, attributes in options(page, name).items() if "disabled" not in attributes}


def test_a_list_offers_what_can_be_chosen_and_says_why_not_the_rest(
    parents: Case, lin: Account, as_person: SignIn
) -> None:
    page = text_of(as_person(lin).get(reverse("citizen:rest", args=[parents.pk])))
    assert can_be_chosen(page, CHILD) == {"01", "03"}
    assert f"只列出能选的：{REASON}" in page
    assert 'aria-describedby="f-s_child-0-child_ethnic-c"' in page


def test_while_one_of_them_is_silent_everything_is_offered(lin: Account, known_family: None, as_person: SignIn) -> None:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    drafting.refresh_prefill(case.pk)
    page = text_of(as_person(lin).get(reverse("citizen:rest", args=[case.pk])))
    assert len(can_be_chosen(page, CHILD)) > 50 and REASON not in page


@pytest.mark.parametrize("where", ["rest", "section"])
def test_the_script_is_told_at_every_save_what_can_be_chosen_now(
    where: str, lin: Account, known_family: None, as_person: SignIn
) -> None:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    drafting.refresh_prefill(case.pk)
    client = as_person(lin)
    place = {"rest": reverse("citizen:rest", args=[case.pk]), "section": section(case)}[where]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text_of(client.get(place))))
    carried = {name: unescape(hidden[name]) for name in ("base", "rows", "version", "calm", "open") if name in hidden}
    if where == "section":
        drafting.save_fields(case.pk, {"father_ethnic": "03"}, by=lin.actor)
        posted = {"s_child.0.child_name": "陈一诺"}
    else:
        posted = {"father_ethnic": "03"}
    told = json.loads(client.post(f"{place}autosave/", {**posted, **carried}).content)
    assert told["closed"][CHILD]["words"] == f"只列出能选的：{REASON}"
    closed = set(told["closed"][CHILD]["values"])
    assert closed == set(told["closed"][CHILD]["away"]) and "02" in closed and not {"01", "03"} & closed


def section(case: Case) -> str:
    return reverse("citizen:section", args=[case.pk, "s_child"])


def test_the_server_checks_whatever_is_posted_and_shows_what_was_chosen(
    parents: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    place = reverse("citizen:section", args=[parents.pk, "s_child"])
    answer = client.post(place, {CHILD: "05"})
    page = text_of(answer)
    assert answer.status_code == 422 and REASON in page
    assert "selected" in options(page, CHILD)["05"] and "disabled" not in options(page, CHILD)["05"]


def answer(client: Client, code: str, question: str, value: str) -> None:
    client.post(reverse("citizen:start", args=[code]), {"question": question, "answer": value})


def test_a_question_closes_what_the_answers_before_it_rule_out(as_person: SignIn) -> None:
    """大气污染防治法 第八十一条: no smoke in a house where people live."""
    client = as_person(None)
    address = reverse("citizen:start", args=["CYKB"])
    open_page = text_of(client.get(f"{address}?q=building"))
    assert "现在选不了" not in open_page and not pressed_off(open_page)
    answer(client, "CYKB", "smoke", "yes")
    page = text_of(client.get(f"{address}?q=building"))
    assert pressed_off(page) == {"resident", "noflue"}
    assert "现在选不了：大气污染防治法第八十一条禁止在此选址，请另选" in page


def pressed_off(page: str) -> set[str]:
    return set(re.findall(r'name="answer" value="(\w+)"[^>]* disabled', page))


def test_where_all_questions_stand_on_one_page_none_rules_out_another(lin: Account, as_person: SignIn) -> None:
    """One press changes both: nobody has to save the one before the other can be chosen."""
    case = drafting.start_draft("TXYJS", applicant=lin, channel="mobile", guidance={"filer": "self"})
    page = text_of(as_person(lin).get(reverse("citizen:situations", args=[case.pk])))
    assert re.search(r'name="q-retire_kind" value="delay">', page)
