"""Two tabs, phone and desktop: nothing is overwritten unseen, nothing that was typed is lost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.applying import drafting
from cases.models import Case
from portal.accounts.models import Account
from tests.factories import newborn
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def section(case: Case, name: str = "s_mother") -> str:
    return reverse("citizen:section", args=[case.pk, name])


def marks_of(client: Client, case: Case, name: str = "s_mother") -> dict[str, str]:
    """What a page carries along that was opened now."""
    found = dict(HIDDEN.findall(text_of(client.get(section(case, name)))))
    return {key: found[key] for key in ("version", "calm", "open", "base")}


def fields_of(case: Case) -> dict[str, Any]:
    fields: dict[str, Any] = Case.objects.get(pk=case.pk).answers["fields"]
    return fields


def test_what_two_changed_differently_is_put_side_by_side(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    marks = marks_of(client, draft)
    client.post(section(draft), {"mother_live": "先保存的路", **marks})
    late = client.post(section(draft), {"mother_live": "后来的路", **marks})
    page = text_of(late)
    assert late.status_code == 409 and "先保存的路" in page and "后来的路" in page
    assert fields_of(draft)["mother_live"] == "先保存的路"
    carried = dict(HIDDEN.findall(page))
    for choice, kept in (("theirs", "先保存的路"), ("mine", "后来的路")):
        assert client.post(section(draft), {**carried, "use:mother_live": choice}).status_code == 302
        assert fields_of(draft)["mother_live"] == kept


def test_a_locked_value_is_not_opened_by_saying_that_it_stood_open(
    known_family: None, draft: Case, lin: Account, as_person: SignIn
) -> None:
    drafting.refresh_prefill(draft.pk)
    assert fields_of(draft)["mother_name"] == "林晓岚"
    made_up = {"version": "0" * 16, "calm": "0" * 16, "base": ""}
    for opened in ("mother_name", f"mother_name:{'0' * 43}"):
        as_person(lin).post(section(draft), {**made_up, "open": opened, "mother_name": "别人"})
    after = Case.objects.get(pk=draft.pk).answers
    assert after["fields"]["mother_name"] == "林晓岚" and after["sources"]["mother_name"]["locked"]


def test_what_stood_empty_and_was_filled_in_by_somebody_else_is_not_overwritten_either(
    draft: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    client.post(reverse("citizen:autosave", args=[draft.pk, "s_mother"]), {"mother_live": ""})
    marks = marks_of(client, draft)
    assert "mother_live" in re.split("[,:]", marks["open"])
    client.post(section(draft), {"mother_live": "先保存的路", **marks})
    late = client.post(section(draft), {"mother_live": "后来的路", **marks})
    assert late.status_code == 409 and fields_of(draft)["mother_live"] == "先保存的路"


def test_without_a_choice_it_is_asked_again(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    marks = marks_of(client, draft)
    client.post(section(draft), {"mother_live": "先保存的路", **marks})
    carried = dict(HIDDEN.findall(text_of(client.post(section(draft), {"mother_live": "后来的路", **marks}))))
    again = client.post(section(draft), carried)
    assert again.status_code == 409 and 'name="use:mother_live"' in text_of(again)
    assert fields_of(draft)["mother_live"] == "先保存的路"


def test_what_only_one_changed_is_merged_without_a_question(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    marks = marks_of(client, draft, "s_hukou")
    before = fields_of(draft)
    shown = {"head_relation": before.get("head_relation", ""), "native_place": before.get("native_place", "")}
    client.post(section(draft, "s_hukou"), {**shown, "native_place": "甲地", **marks})
    client.post(section(draft, "s_hukou"), {**shown, "head_relation": "daughter", **marks})
    after = fields_of(draft)
    assert (after["native_place"] == "甲地" and after["head_relation"] != shown["head_relation"]) or after == before


def test_autosave_tells_of_the_clash_and_keeps_what_stands(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    marks = marks_of(client, draft)
    client.post(section(draft), {"mother_live": "先保存的路", **marks})
    said = json.loads(
        client.post(
            reverse("citizen:autosave", args=[draft.pk, "s_mother"]), {"mother_live": "后来的路", **marks}
        ).content
    )
    assert said["clash"] is True and "version" not in said
    assert fields_of(draft)["mother_live"] == "先保存的路"


def test_autosave_brings_what_changed_elsewhere_into_the_page(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    marks = marks_of(client, draft)
    held = str(fields_of(draft).get("mother_live", ""))
    client.post(section(draft), {"mother_live": "别处的路", **marks})
    address = reverse("citizen:autosave", args=[draft.pk, "s_mother"])
    said = json.loads(client.post(address, {"mother_live": held, **marks}).content)
    assert said["taken"] == {"mother_live": "别处的路"}
    later = {
        "mother_live": "别处的路",
        **{key: said[key] for key in ("version", "calm", "base")},
        "open": marks["open"],
    }
    assert client.post(section(draft), later).status_code == 302
    assert fields_of(draft)["mother_live"] == "别处的路"


def test_rows_that_came_elsewhere_are_not_lost(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    marks = marks_of(client, draft, "s_child")
    row = {"s_child.0.child_name": "陈一诺"}
    client.post(section(draft, "s_child"), {**row, "add": "s_child"})
    late = client.post(section(draft, "s_child"), {"s_child.0.child_name": "陈二诺", **marks})
    assert late.status_code == 409 and "2 项" in text_of(late)
    assert len(fields_of(draft)["s_child"]) == 2


def test_changing_an_answer_from_the_check_leads_back_to_it(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    page = text_of(client.get(reverse("citizen:check", args=[draft.pk])))
    assert f"{section(draft)}?back=check" in page
    opened = text_of(client.get(f"{section(draft)}?back=check"))
    assert '<input type="hidden" name="back" value="check">' in opened
    held = str(fields_of(draft).get("mother_live", ""))
    saved = client.post(section(draft), {"mother_live": held or "示例路1号", "back": "check"})
    assert saved["Location"] == reverse("citizen:check", args=[draft.pk])


def test_one_goes_on_where_one_left_off(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.post(reverse("citizen:autosave", args=[draft.pk, "s_mother"]), {"mother_live": ""})
    client.post(reverse("citizen:autosave", args=[draft.pk, "s_hukou"]), {"native_place": ""})
    place = client.get(reverse("citizen:resume", args=[draft.pk]))["Location"]
    assert place == reverse("citizen:rest", args=[draft.pk]), "few are left, of whatever section"
    assert f'href="{place}"' in text_of(client.get(reverse("citizen:tasks", args=[draft.pk])))


def test_where_much_is_open_one_goes_on_in_the_part_where_one_left_off(lin: Account, as_person: SignIn) -> None:
    bare = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    client = as_person(lin)
    client.post(reverse("citizen:autosave", args=[bare.pk, "s_hukou"]), {"head_name": "林晓岚"})
    place = client.get(reverse("citizen:resume", args=[bare.pk]))["Location"]
    assert place == f"{section(bare, 's_hukou')}#f-head_id"
    assert f'href="{section(bare, "s_hukou")}"' in text_of(client.get(reverse("citizen:tasks", args=[bare.pk])))
