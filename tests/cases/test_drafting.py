"""The draft: nothing is lost, nothing is overwritten, nothing is asked that was not allowed."""

from __future__ import annotations

import pytest
from django.db import transaction

from bundles import queries
from cases import access
from cases.actions.applying import drafting, parties
from cases.actions.engine import events
from cases.actions.registers import facts, late
from cases.errors import CaseError, ChangedMeanwhile, WrongState
from cases.models import Case, Consent, Event, Lookup, Material, Party
from cases.queries import my_cases
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, FakeRegister

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


def begun(lin: Account, **guidance: str) -> Case:
    return drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance={**newborn.GUIDANCE, **guidance})


def test_a_draft_is_filled_from_what_registers_know_and_says_where_from(lin: Account) -> None:
    case = drafting.refresh_prefill(begun(lin).pk)
    fields, sources = case.answers["fields"], case.answers["sources"]
    assert fields["mother_name"] == "林晓岚"
    assert fields["father_id"] == newborn.CHEN["id_no"]
    assert fields["s_child"][0]["hospital"] == "示例市妇幼保健院"
    assert sources["mother_name"]["path"] == "licence:ID_CARD@mother.name"
    assert sources["mother_name"]["locked"] is True
    assert sources["father_id"]["locked"] is False


def test_a_locked_value_cannot_be_overwritten_from_a_browser(lin: Account) -> None:
    case = drafting.refresh_prefill(begun(lin).pk)
    saved = drafting.save_section(
        case.pk, "s_mother", {"mother_name": "王小明", "mother_live": "示例路2号"}, by=lin.actor
    )
    assert saved.case.answers["fields"]["mother_name"] == "林晓岚"
    assert saved.case.answers["fields"]["mother_live"] == "示例路2号"


def test_hidden_and_system_fields_take_nothing(lin: Account) -> None:
    case = begun(lin, hukou_with="later")
    drafting.save_section(case.pk, "s_father", {"father_consent": "true", "father_phone": "13800000002"}, by=lin.actor)
    drafting.save_section(case.pk, "s_hukou", {"head_name": "王小明"}, by=lin.actor)
    fields = Case.objects.get(pk=case.pk).answers["fields"]
    assert "father_consent" not in fields
    assert "head_name" not in fields
    assert fields["father_phone"] == "13800000002"


def test_what_was_typed_wrong_is_kept_as_typed_and_named(lin: Account) -> None:
    saved = drafting.save_section(
        begun(lin).pk, "s_father", {"father_id": "350203199211053", "father_name": "陈屿"}, by=lin.actor
    )
    assert saved.case.answers["fields"]["father_id"] == "350203199211053"
    assert saved.case.answers["fields"]["father_name"] == "陈屿"
    assert "15位旧身份证号已停用" in {error.path: error.message for error in saved.errors}["father_id"]


def test_prefill_never_overwrites_what_a_person_typed(lin: Account) -> None:
    case = begun(lin)
    drafting.save_section(case.pk, "s_father", {"father_name": "陈小屿"}, by=lin.actor)
    case = drafting.refresh_prefill(case.pk)
    assert case.answers["fields"]["father_name"] == "陈小屿"
    assert "father_name" not in case.answers["sources"]


def test_a_save_from_an_older_page_is_refused_and_the_newer_one_stays(lin: Account) -> None:
    case = begun(lin)
    newer = drafting.save_section(case.pk, "s_mother", {"mother_live": "新路1号"}, by=lin.actor, version=case.version)
    with pytest.raises(ChangedMeanwhile, match="别处改过"):
        drafting.save_section(case.pk, "s_mother", {"mother_live": "旧路1号"}, by=lin.actor, version=case.version)
    assert Case.objects.get(pk=case.pk).answers["fields"]["mother_live"] == "新路1号"
    assert newer.case.version == case.version + 1


def test_prefill_does_not_make_an_open_page_old(lin: Account) -> None:
    case = begun(lin)
    drafting.refresh_prefill(case.pk)
    saved = drafting.save_section(case.pk, "s_mother", {"mother_live": "新路1号"}, by=lin.actor, version=case.version)
    assert saved.case.answers["fields"]["mother_live"] == "新路1号"


def test_saving_the_same_again_leaves_no_second_event(lin: Account) -> None:
    case = begun(lin)
    for _ in range(2):
        drafting.save_section(case.pk, "s_mother", {"mother_live": "新路1号"}, by=lin.actor)
    assert Event.objects.filter(case=case, kind="section.saved").count() == 1
    assert events.broken_link(Case.objects.get(pk=case.pk)) is None


def test_what_is_saved_of_many_sections_at_once_names_every_section_in_which_something_changed(lin: Account) -> None:
    case = begun(lin)
    typed = {"mother_live": "新路1号", "native_place": "350203", "bank_name": "ICBC"}
    drafting.save_fields(case.pk, typed, by=lin.actor)
    drafting.save_fields(case.pk, {**typed, "mother_live": "新路2号"}, by=lin.actor)
    spec = queries.version(case.bundle_version_id).spec
    touched = list(dict.fromkeys(spec.section_of(name).id for name in typed))
    told = Event.objects.filter(case=case, kind="section.saved").order_by("seq").values_list("facts", flat=True)
    assert len(touched) > 1
    assert [(facts["sections"], facts["section"]) for facts in told] == [
        (touched, touched[-1]),
        (["s_mother"], "s_mother"),
    ]


def test_questions_not_asked_again_keep_their_answers(lin: Account) -> None:
    case = drafting.save_guidance(begun(lin).pk, by=lin.actor, guidance={"hukou_with": "later", "nonsense": "x"})
    assert case.answers["guidance"]["hukou_with"] == "later"
    assert case.answers["guidance"]["marital"] == "married"
    assert "nonsense" not in case.answers["guidance"]


def test_a_row_can_be_added_up_to_the_limit_and_removed(lin: Account) -> None:
    case = drafting.refresh_prefill(begun(lin).pk)
    for _ in range(3):
        case = drafting.add_row(case.pk, "s_child", by=lin.actor)
    with pytest.raises(CaseError, match="最多 4 项"):
        drafting.add_row(case.pk, "s_child", by=lin.actor)
    drafting.save_section(case.pk, "s_child", {f"s_child.{n}.child_name": f"陈{n}" for n in range(4)}, by=lin.actor)
    case = drafting.remove_row(case.pk, "s_child", 1, by=lin.actor)
    assert [row.get("child_name") for row in case.answers["fields"]["s_child"]] == ["陈0", "陈2", "陈3"]


def test_a_locked_value_can_be_disputed_and_an_open_one_need_not_be(lin: Account) -> None:
    case = drafting.refresh_prefill(begun(lin).pk)
    case = drafting.dispute(case.pk, "mother_name", "林晓兰", "身份证已更名", lin.actor)
    assert case.answers["disputes"]["mother_name"]["value"] == "林晓兰"
    assert case.answers["fields"]["mother_name"] == "林晓岚"
    with pytest.raises(CaseError, match="可以直接修改"):
        drafting.dispute(case.pk, "father_name", "陈屿", "写错了", lin.actor)


def test_history_holds_no_personal_values(lin: Account) -> None:
    case = newborn.draft(lin)
    drafting.dispute(case.pk, "mother_name", "林晓兰", "身份证已更名", lin.actor)
    told = str(list(Event.objects.filter(case=case).values_list("facts", flat=True)))
    for secret in ("林晓", "陈", newborn.LIN["id_no"], newborn.CHEN["id_no"], newborn.CHEN["phone"]):
        assert secret not in told


def test_a_discarded_draft_leaves_no_personal_data(lin: Account) -> None:
    case = newborn.draft(lin)
    drafting.discard_draft(case.pk, by=lin.actor)
    case = Case.objects.get(pk=case.pk)
    assert case.answers == {}
    assert not Lookup.objects.filter(case=case).exists()
    assert not Material.objects.filter(case=case).exists()
    assert not Party.objects.filter(case=case).exists()
    assert not Consent.objects.filter(case=case, revoked_at=None).exists()
    assert my_cases(lin) == ()
    with pytest.raises(WrongState):
        drafting.save_section(case.pk, "s_mother", {"mother_live": "x"}, by=lin.actor)


def test_a_filed_case_is_not_discarded_or_edited_as_a_draft(lin: Account, chen: Account) -> None:
    case = newborn.submitted(lin, chen)
    with pytest.raises(WrongState):
        drafting.discard_draft(case.pk, by=lin.actor)
    with pytest.raises(WrongState, match="已经在办"):
        drafting.save_guidance(case.pk, by=lin.actor, guidance={"hukou_with": "later"})
    with pytest.raises(WrongState, match="已经提交"):
        drafting.add_row(case.pk, "s_child", by=lin.actor)


# ---- what is asked, and what is not -------------------------------------------------------------------------


def asked_about(outside: FakeRegister | FakeLicences, number: str) -> set[str]:
    return {query.code for query in outside.queries if number in dict(query.inputs).values()}


def test_nothing_is_asked_about_the_father_before_he_authorises(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences
) -> None:
    case = newborn.draft(lin)
    assert asked_about(licences, newborn.CHEN["id_no"]) == set()
    assert asked_about(register, newborn.CHEN["id_no"]) == set()
    party = parties.invite(Party.objects.get(case=case, party_id="father").pk, by=lin.actor)
    parties.agree(party.pk, account=chen)
    assert "ID_CARD" in asked_about(licences, newborn.CHEN["id_no"])
    consent = Consent.objects.get(case=case, party=party)
    assert {q.consent_id for q in licences.queries if newborn.CHEN["id_no"] in dict(q.inputs).values()} == {
        str(consent.pk)
    }


def test_a_question_is_asked_once_and_an_unanswered_one_again(lin: Account, register: FakeRegister) -> None:
    register.silent.add("HUKOU_INFO")
    case = drafting.refresh_prefill(begun(lin).pk)
    first = [query.code for query in register.queries]
    assert len(first) == len(set(first))
    assert "mother_hukou" not in case.answers["fields"]
    register.silent.clear()
    assert "mother_hukou" not in drafting.refresh_prefill(case.pk).answers["fields"]
    assert late.carry_on() == 1
    case = Case.objects.get(pk=case.pk)
    assert case.answers["fields"]["mother_hukou"] == "示例市思明区示例路1号"
    assert [query.code for query in register.queries][len(first) :] == ["HUKOU_INFO"]


def test_no_record_and_no_answer_are_two_different_things(lin: Account, register: FakeRegister) -> None:
    register.records["MARRIAGE_INFO"].clear()
    register.silent.add("HUKOU_INFO")
    case = drafting.refresh_prefill(begun(lin).pk)
    outcomes = dict(Lookup.objects.filter(case=case).values_list("code", "outcome"))
    assert outcomes["MARRIAGE_INFO"] == "empty"
    assert outcomes["HUKOU_INFO"] == "unavailable"


def test_a_register_that_is_down_for_a_moment_does_not_undo_its_answer(lin: Account, register: FakeRegister) -> None:
    case = drafting.refresh_prefill(begun(lin).pk)
    register.silent.add("*")
    from bundles import forms

    context = facts.context_of(case)
    wanted = forms.lookups_wanted(context, forms.select(context))
    facts.ask(case, wanted, purpose="测试", refresh_after_s=0)
    assert Lookup.objects.get(case=case, code="HUKOU_INFO").outcome == "found"


def test_nobody_is_asked_inside_a_transaction(lin: Account, register: FakeRegister) -> None:
    case = begun(lin)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        facts.ask(case, [], purpose="测试")
    assert register.queries == []


def test_a_stranger_sees_no_draft(lin: Account, chen: Account) -> None:
    case = begun(lin)
    assert access.case_for(lin, case.pk) == case
    assert access.case_for(chen, case.pk) is None


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        ('fact("api:A@x.f") == 1 and fact("licence:B@y.g")', ("api:A@x.f", "licence:B@y.g")),
        ('all_rows("vehicles", \'fact("api:V@row.owner") == ent_name\')', ("api:V@row.owner",)),
        ("age(", ()),
    ],
)
def test_the_paths_an_expression_reads(expression: str, paths: tuple[str, ...]) -> None:
    assert facts.paths_in(expression) == paths
