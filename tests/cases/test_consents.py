"""Consents: what they say, how long they last, who may give them, and what taking them back does."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from bundles import queries
from cases.actions.applying import drafting, filing, parties
from cases.actions.registers import guardians, held_values
from cases.actions.registers.consents import covers_of
from cases.errors import CaseError
from cases.models import Case, Consent, DataCall, Lookup, Party
from cases.protection import blind_index
from cases.queries import consents_given
from portal.accounts.models import Account
from tests.factories import newborn, school
from tests.factories.doubles import FakeRegister, RecordingNotifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


def begun(lin: Account, **how: object) -> Case:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE, **how)  # type: ignore[arg-type]
    return drafting.refresh_prefill(case.pk)


def own(case: Case) -> Consent:
    return Consent.objects.get(case=case, kind="own", revoked_at=None)


def waiting_for_father(lin: Account) -> tuple[Case, Party]:
    case = newborn.draft(lin)
    filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)
    return case, Party.objects.get(case=case, party_id="father")


def test_a_consent_keeps_what_the_person_read_with_its_version(lin: Account) -> None:
    """个人信息保护法 第十四条: informed, voluntary, explicit; 第十七条: purpose, data, time, rights."""
    consent = own(begun(lin))
    assert consent.text_version == "2026-11"
    for said in ("新生儿", "户籍信息查询", "公安", "撤回", "不影响办理", "年"):
        assert said in consent.text
    assert newborn.LIN["name"] not in consent.text and newborn.LIN["id_no"] not in consent.text


def test_the_text_names_who_receives_the_data(lin: Account) -> None:
    """个人信息保护法 第二十三条: the receivers are named to the person."""
    case = begun(lin)
    departments = queries.registry().departments
    for item in queries.version(case.bundle_version_id).spec.items:
        assert departments[item.dept].name in own(case).text


def test_a_consent_taken_back_counts_from_the_next_call_on(lin: Account, register: FakeRegister) -> None:
    """个人信息保护法 第十五条: whoever agreed may take it back; what was done before stays lawful."""
    case = begun(lin)
    asked = len(register.queries)
    parties.withdraw_consent(own(case).pk, account=lin)
    Lookup.objects.filter(case=case).update(holds_until=timezone.now())
    drafting.refresh_prefill(case.pk)
    assert len(register.queries) == asked
    assert Case.objects.get(pk=case.pk).answers["fields"]["mother_hukou"]


def test_an_answer_to_a_consent_withdrawn_meanwhile_is_not_kept(lin: Account, register: FakeRegister) -> None:
    """个人信息保护法 第十五条, while the question is under way."""
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    honest = register.begin

    def slow(queries_: object, *, budget_s: float) -> object:
        parties.withdraw_consent(Consent.objects.get(case=case, kind="own").pk, account=lin)
        return honest(queries_, budget_s=budget_s)  # type: ignore[arg-type]

    register.begin = slow  # type: ignore[method-assign, assignment]
    drafting.refresh_prefill(case.pk)
    assert not Lookup.objects.filter(case=case).exists()
    assert DataCall.objects.filter(case=case, outcome="found").exists()


def test_a_consent_runs_out_with_its_time(lin: Account, register: FakeRegister) -> None:
    """个人信息保护法 第十九条: no longer than needed."""
    case = begun(lin)
    asked = len(register.queries)
    with time_machine.travel(timezone.now() + timedelta(days=366), tick=True):
        drafting.refresh_prefill(case.pk)
    assert len(register.queries) == asked


def test_what_is_sensitive_is_not_asked_unless_agreed_to_apart(lin: Account, register: FakeRegister) -> None:
    """个人信息保护法 第二十八、二十九条: health, accounts, children: a consent of their own."""
    case = begun(lin, sensitive=False)
    asked = {query.code for query in register.queries}
    assert "HUKOU_INFO" in asked
    assert not asked & {"DELIVERY_INFO", "SOCIAL_CARD_INFO", "BANK_VERIFY"}
    assert own(case).sensitive == []
    held_values.agree_apart(case.pk, by=lin.actor)
    assert "DELIVERY_INFO" in {query.code for query in register.queries}
    assert "api:DELIVERY_INFO" in own(case).sensitive
    assert "我单独同意" in own(case).text
    assert Consent.objects.filter(case=case, kind="own").count() == 2


def test_nobody_else_agrees_apart_for_the_applicant(lin: Account, chen: Account) -> None:
    case = begun(lin, sensitive=False)
    with pytest.raises(CaseError, match="只有本人"):
        held_values.agree_apart(case.pk, by=chen.actor)


def test_one_consent_is_for_one_case_and_its_purpose(lin: Account, register: FakeRegister) -> None:
    """政务数据共享条例 (国令809号): used for the stated purpose only; no answer wanders into another case."""
    first = begun(lin)
    second = begun(lin)
    calls = DataCall.objects.filter(code="HUKOU_INFO", outcome="found")
    assert {call.case_id for call in calls} == {first.pk, second.pk}
    assert {call.consent_id for call in calls} == {str(own(first).pk), str(own(second).pk)}
    assert {call.purpose for call in calls} == {own(first).purpose}


def test_a_party_agrees_by_the_link_and_that_is_written_down(
    lin: Account, chen: Account, notifier: RecordingNotifier
) -> None:
    case, father = waiting_for_father(lin)
    token = parties.link_for(father)
    parties.agree(father.pk, account=chen, token=token)
    consent = Consent.objects.get(case=case, kind="authorise")
    assert (consent.means, consent.given_by_id) == ("link", chen.pk)
    assert consent.covers == covers_of(queries.version(case.bundle_version_id).spec, ["father"])


def test_a_link_opens_for_three_days_only(lin: Account) -> None:
    _, father = waiting_for_father(lin)
    token = parties.link_for(father)
    with time_machine.travel(timezone.now() + timedelta(hours=71)):
        assert parties.party_by_token(token) == father
    with time_machine.travel(timezone.now() + timedelta(hours=73)):
        assert parties.party_by_token(token) is None


def test_nobody_is_flooded_with_links(lin: Account) -> None:
    _, father = waiting_for_father(lin)
    for _ in range(2):
        parties.invite(father.pk, by=lin.actor)
    with pytest.raises(CaseError, match="太勤"):
        parties.invite(father.pk, by=lin.actor)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        parties.invite(father.pk, by=lin.actor)


def test_a_party_may_agree_without_what_is_sensitive(lin: Account, chen: Account) -> None:
    case, father = waiting_for_father(lin)
    parties.agree(father.pk, account=chen, sensitive=False)
    assert Consent.objects.get(case=case, kind="authorise").sensitive == []


def test_what_is_given_says_how_often_it_was_used(lin: Account) -> None:
    case = begun(lin)
    (given,) = [one for one in consents_given(lin) if one.case_id == case.pk]
    assert given.times_used == DataCall.objects.filter(consent_id=str(given.id)).count() > 0
    assert given.until is not None and given.text


# ---- children -----------------------------------------------------------------------------------------------


def test_a_guardian_agrees_for_a_child_whose_number_is_known(register: FakeRegister) -> None:
    """个人信息保护法 第三十一条: the guardian's consent is a consent of its own, and is taken back on its own."""
    parent, child = school.guardian(1), school.id_number(1)
    school.fill_registers(register, parent.id_no, child)
    case = school.draft(parent, child)
    given = Consent.objects.get(case=case, kind="guardian")
    assert (given.means, given.given_by_id, given.subject_index) == ("guardian", parent.pk, blind_index(child))
    asked = [query for query in register.queries if dict(query.inputs).get("id_no") == child]
    assert str(given.pk) in {query.consent_id for query in asked}
    parties.withdraw_consent(given.pk, account=parent)
    Lookup.objects.filter(case=case).delete()
    before = len(register.queries)
    drafting.refresh_prefill(case.pk)
    later = register.queries[before:]
    assert later and child not in {dict(query.inputs).get("id_no") for query in later}


def test_a_register_that_names_the_applicant_shows_the_guardian(lin: Account) -> None:
    """个人信息保护法 第三十一条: for a child under fourteen the guardian agrees."""
    case = newborn.draft(lin)
    told(case, lin.identity.id_no)
    assert guardians.basis_of(case, "child") == "api:BIRTH_INFO"


def test_a_register_that_names_others_contradicts_the_guardian(lin: Account) -> None:
    """个人信息保护法 第三十一条: nothing is asked about somebody else's child."""
    case = newborn.draft(lin)
    told(case, newborn.CHEN["id_no"])
    assert guardians.basis_of(case, "child") == guardians.CONTRADICTED


def test_where_no_register_knows_the_statement_counts(lin: Account) -> None:
    assert guardians.basis_of(newborn.draft(lin), "child") == guardians.DECLARED


def told(case: Case, mother_id: str) -> None:
    Lookup.objects.create(
        case=case, kind="api", code="BIRTH_INFO", digest=blind_index("cert"), party="child", outcome="found",
        inputs={"cert_no": "R1"}, records=[{"mother_id": mother_id, "father_id": ""}], asked_at=timezone.now(),
    )  # fmt: skip


def test_fourteen_is_the_age() -> None:
    today = timezone.localdate().replace(year=2026, month=11, day=22)
    assert guardians.is_child("350203201211230000", today)
    assert not guardians.is_child("350203201211220000", today)
    assert guardians.is_child("", today)
