"""Acting for a company or a person: what a mandate reaches, when it ends, what both names stand on."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from bundles import queries
from cases.actions.applying import drafting, parties
from cases.actions.engine.locking import lock_case
from cases.errors import CaseError, ChangedMeanwhile
from cases.models import Case, Consent, Event, Material, Party
from cases.ports import Actor
from cases.queries.slots import missing_materials
from portal.accounts import mandates
from portal.accounts.models import Account, AccountEvent, Mandate
from portal.accounts.organisations import claim, let_represent
from portal.citizen import mandated, urls
from tests.factories.doubles import FakeRegister, RecordingNotifier
from tests.factories.library import companies
from tests.portal.citizen.conftest import SignIn
from tests.portal.citizen.mandate_people import CLOUD, acting, agent, company, elder, given, helper, terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("register", "licences")]


@pytest.fixture
def cloud(db: None) -> Account:
    return company()


@pytest.fixture
def he(db: None) -> Account:
    return agent()


@pytest.fixture
def huang(db: None) -> Account:
    return elder()


@pytest.fixture
def li(db: None) -> Account:
    return helper()


def begun(client: Client, code: str) -> Case:
    assert client.post(f"/bundles/{code}/apply/").status_code == 302
    return Case.objects.get(bundle_code=code)


# ---- giving ----


def test_a_mandate_names_agent_matters_acts_and_term(
    cloud: Account, he: Account, as_person: SignIn, notifier: RecordingNotifier
) -> None:
    """民法典 第一百六十五条: 代理人的姓名、代理事项、权限和期限."""
    boss = as_person(cloud)
    today = timezone.localdate()
    posted = {
        "name": "何律师", "id_no": he.id_no, "phone": he.phone, "scope": "some", "bundle": ["QYBG"],
        "act": ["fill"], "starts_on": today.isoformat(), "until": (today + timedelta(days=90)).isoformat(),
    }  # fmt: skip
    assert boss.post("/me/mandates/new/", posted).status_code == 302
    page = boss.get("/me/mandates/").content.decode()
    assert "何律师" in page and "企业信息变更一件事" in page and "填写和上传" in page and "等对方答复" in page
    (message,) = notifier.to(he.phone)
    assert message.template == "mandate_asked" and "/me/act/" in message.values["link"]


def test_only_the_person_named_can_accept(cloud: Account, he: Account, li: Account, as_person: SignIn) -> None:
    asked, token = mandates.invite(cloud, terms(he))
    assert as_person(li).get(f"/me/act/{token}/").status_code == 404
    with pytest.raises(CaseError):
        mandates.accept(asked.pk, li)
    client = as_person(he)
    assert "请您做单位经办人" in client.get(f"/me/act/{token}/").content.decode()
    client.post(f"/me/act/{asked.pk}/answer/", {"answer": "yes"})
    assert Mandate.objects.get().person == he
    assert client.get(f"/me/act/{token}/").status_code == 404


@pytest.mark.parametrize("missing", ["acts", "bundles"])
def test_a_person_delegates_named_bundles_and_acts_only(huang: Account, li: Account, missing: str) -> None:
    """民法典 第一百六十五条: 代理事项、权限."""
    wanted = {"bundles": frozenset({"GLJT"}), "acts": frozenset({"fill"})} | {missing: frozenset()}
    with pytest.raises(CaseError):
        mandates.invite(huang, terms(li, **wanted))


@pytest.mark.parametrize("code", ["GJJTQ", "XSECS", "BDCN"])
def test_what_must_be_done_in_person_cannot_be_delegated_online(huang: Account, li: Account, code: str) -> None:
    """民法典 第一百六十一条第二款: 依照法律规定应当由本人亲自实施的，不得代理."""
    with pytest.raises(CaseError, match="本人办"):
        mandates.invite(huang, terms(li, bundles=frozenset({code})))


def test_an_agent_hands_no_mandate_on(cloud: Account, he: Account, li: Account) -> None:
    """民法典 第一百六十九条: 转委托 needs the principal."""
    client = acting(he, given(cloud, he))
    assert client.get("/me/mandates/new/").status_code == 403
    principal = mandates.acting_for(he, str(Mandate.objects.get().pk))
    assert principal is not None
    with pytest.raises(CaseError):
        mandates.invite(principal, terms(li))


def test_the_legal_representative_acts_and_appoints(cloud: Account, he: Account, li: Account) -> None:
    """民法典 第六十一条: 法定代表人 acts for the legal person."""
    first = let_represent(he, cloud, source="ENT_BASIC")
    client = acting(he, first)
    assert client.get("/me/mandates/new/").status_code == 200
    principal = mandates.acting_for(he, str(first.pk))
    assert principal is not None
    mandates.invite(principal, terms(li))
    assert Mandate.objects.get(kind="agent").given_by == he


def test_the_register_says_who_represents_a_company(he: Account, li: Account, register: FakeRegister) -> None:
    """民法典 第六十一条; nobody becomes a legal representative by saying so."""
    uscc = companies()[CLOUD]["uscc"]
    register.put("ENT_BASIC", uscc, {"name": CLOUD, "legal_rep": "何律师", "legal_rep_id": he.id_no})
    with pytest.raises(CaseError, match="不是您"):
        claim(li, uscc)
    mandate = claim(he, uscc)
    principal = mandates.acting_for(he, str(mandate.pk))
    assert principal is not None and principal.identity.name == CLOUD and principal.identity.id_no == uscc


def test_who_stops_representing_a_body_cannot_act_for_it(cloud: Account, he: Account, li: Account) -> None:
    """民法典 第六十一条."""
    first = let_represent(he, cloud, source="ENT_BASIC")
    let_represent(li, cloud, source="ENT_BASIC")
    assert mandates.acting_for(he, str(first.pk)) is None


def test_nobody_under_age_is_an_agent(huang: Account) -> None:
    """民法典 第十八条: 完全民事行为能力 begins at eighteen."""
    child = Account(username="child", name="张雨桐", id_no="360102202006124289")
    with pytest.raises(CaseError, match="18"):
        mandates.invite(huang, terms(child, bundles=frozenset({"GLJT"}), phone=""))


def test_how_many_agents_a_body_may_have_is_limited(cloud: Account, he: Account, li: Account, settings: object) -> None:
    settings.MOST_AGENTS = 1  # type: ignore[attr-defined]
    mandates.invite(cloud, terms(he))
    with pytest.raises(CaseError, match="最多"):
        mandates.invite(cloud, terms(li))


# ---- acting ----


def test_the_case_is_the_companys_and_the_history_names_the_agent(cloud: Account, he: Account) -> None:
    """行政许可法 第二十九条: 委托代理人提出申请; both stand on record."""
    client = acting(he, given(cloud, he))
    case = begun(client, "QYBG")
    assert case.applicant == cloud and case.applicant_name == cloud.identity.name
    event = Event.objects.get(case=case, kind="draft.started")
    assert (event.actor_id, event.facts["agent"]) == (str(cloud.pk), str(he.pk))
    assert drafting.refresh_prefill(case.pk).answers["fields"]["op_name"] == "何律师"
    assert "正在替" in client.get(f"/apply/{case.pk}/").content.decode()


def test_an_agent_is_not_asked_to_confirm_what_he_hands_in(cloud: Account, he: Account) -> None:
    """行政许可法 第二十九条: whoever acts is signed in; his own role (经办人) waits for no message to himself."""
    client = acting(he, given(cloud, he))
    case = begun(client, "QYBG")
    operator = Party.objects.get(case=case, party_id="operator")
    assert operator in parties.pending_parties(case)
    assert "提交后会发短信" not in client.get(f"/apply/{case.pk}/check/").content.decode()
    with transaction.atomic():
        parties.agree_by_acting(lock_case(case.pk), by=Actor("applicant", str(cloud.pk), through=str(he.pk)))
    operator = Party.objects.get(pk=operator.pk)
    assert (operator.state, operator.account_id) == ("agreed", he.pk)
    assert parties.pending_parties(case) == []
    assert Event.objects.get(case=case, kind="party.agreed").actor_id == str(he.pk)


def test_nobody_else_is_spoken_for_by_an_agent(cloud: Account, he: Account) -> None:
    case = begun(acting(he, given(cloud, he)), "QYBG")
    Party.objects.filter(case=case, party_id="operator").update(consent_kind="authorise")
    with transaction.atomic():
        parties.agree_by_acting(lock_case(case.pk), by=Actor("applicant", str(cloud.pk), through=str(he.pk)))
    assert [one.party_id for one in parties.pending_parties(case)] == ["operator"]


def test_a_revoked_agent_is_out_at_once_and_the_draft_stays(cloud: Account, he: Account, as_person: SignIn) -> None:
    """民法典 第一百七十三条第二项: 被代理人取消委托."""
    mandate = given(cloud, he)
    client = acting(he, mandate)
    case = begun(client, "QYBG")
    mandates.revoke(mandate.pk, cloud)
    gone = client.get(f"/apply/{case.pk}/")
    assert gone.status_code == 404
    assert "委托已经结束" in gone.content.decode() + client.get("/me/").content.decode()
    assert as_person(cloud).get(f"/apply/{case.pk}/").status_code == 200


def test_a_mandate_ends_with_its_last_day(cloud: Account, he: Account) -> None:
    """民法典 第一百七十三条第一项: 代理期限届满."""
    mandate = given(cloud, he)
    with time_machine.travel(timezone.now() + timedelta(days=181), tick=False):
        assert mandates.acting_for(he, str(mandate.pk)) is None
        assert mandate.standing(timezone.localdate()) == "over"


def test_an_agent_may_give_it_up(cloud: Account, he: Account) -> None:
    """民法典 第一百七十三条第二项: 代理人辞去委托."""
    mandate = given(cloud, he)
    client = acting(he, mandate)
    client.post(f"/me/act/{mandate.pk}/resign/")
    assert mandates.acting_for(he, str(mandate.pk)) is None


def test_a_mandate_reaches_no_other_bundle(cloud: Account, he: Account) -> None:
    """民法典 第一百六十五条: 代理事项."""
    elsewhere = drafting.start_draft("QYZX", applicant=cloud, channel="online")
    client = acting(he, given(cloud, he, bundles=["QYBG"]))
    assert client.post("/bundles/QYZX/apply/").status_code == 403
    assert client.get(f"/apply/{elsewhere.pk}/").status_code == 404
    assert str(elsewhere.pk) not in client.get("/cases/").content.decode()


def test_an_act_that_was_not_given_is_stopped_with_a_sentence(cloud: Account, he: Account) -> None:
    """民法典 第一百六十五条: 权限."""
    client = acting(he, given(cloud, he, acts=["fill"]))
    case = begun(client, "QYBG")
    answer = client.post(f"/apply/{case.pk}/check/")
    assert answer.status_code == 403 and "提交、补正和承诺" in answer.content.decode()
    assert client.post(f"/cases/{case.pk}/withdraw/", {"item": "all"}).status_code == 403


@pytest.mark.parametrize(
    "place", ["/licences/", "/me/data/", "/authorise/", "/me/export/", "/me/close/", "/me/profile/"]
)
def test_what_is_personal_stays_closed_to_an_agent(cloud: Account, he: Account, place: str) -> None:
    assert acting(he, given(cloud, he)).get(place).status_code == 403


def test_over_the_api_the_same_session_speaks_for_oneself(cloud: Account, he: Account) -> None:
    case = drafting.start_draft("QYBG", applicant=cloud, channel="online")
    client = acting(he, given(cloud, he, acts=["pay"]))
    assert client.get(f"/api/v1/cases/{case.pk}/").status_code == 404


def test_everything_an_agent_may_open_is_an_address() -> None:
    known = {pattern.name for pattern in urls.urlpatterns}
    named = set().union(mandated.FREE, mandated.READ, *(names for _, names in mandated.ACTS))
    assert named - known == set()


def test_a_helper_sees_no_case_from_before_the_mandate(huang: Account, li: Account) -> None:
    """个人信息保护法 第六条: no more than the purpose needs."""
    before = drafting.start_draft("GLJT", applicant=huang, channel="online")
    client = acting(li, given(huang, li, bundles=["GLJT"]))
    assert client.get(f"/apply/{before.pk}/").status_code == 404


def test_a_helper_files_in_the_persons_name_and_the_person_sees_it(
    huang: Account, li: Account, as_person: SignIn
) -> None:
    client = acting(li, given(huang, li, bundles=["CJRFW"]))
    case = begun(client, "CJRFW")
    assert case.applicant == huang and case.answers["by_agent"] is True and case.answers["agent"]["name"] == "李秀英"
    assert str(case.pk) in as_person(huang).get("/cases/").content.decode()
    assert AccountEvent.objects.filter(account=huang, kind="acting.begun", by=li).exists()


def test_the_mandate_is_the_power_of_attorney_nobody_uploads(huang: Account, li: Account) -> None:
    """国务院令第716号 第八条; 民法典 第一百六十五条 names what it says."""
    client = acting(li, given(huang, li, bundles=["CJRFW"]))
    case = begun(client, "CJRFW")
    paper = Material.objects.get(case=case, material_id="M_POA")
    text = paper.file.read().decode()
    assert all(word in text for word in ("黄阿婆", "李秀英", str(li.id_no), "残疾人服务一件事", "填写和上传", "期限"))
    assert "M_POA" not in {slot.material_id for slot in missing_materials(case)}


def test_sensitive_data_is_asked_only_where_the_person_agreed_apart(huang: Account, li: Account) -> None:
    """个人信息保护法 第二十九条: 单独同意 is the person's, not the helper's."""
    client = acting(li, given(huang, li, bundles=["CJRFW"]))
    client.post("/bundles/CJRFW/apply/", {"sensitive": "yes"})
    assert not Consent.objects.get(case__bundle_code="CJRFW").sensitive


def test_what_the_bundle_keeps_for_the_applicant_no_mandate_opens(huang: Account, li: Account) -> None:
    """民法典 第一百六十一条第二款: 人才引进 lets an agent fill, the applicant hands in."""
    client = acting(li, given(huang, li, bundles=["RCRH"]))
    case = begun(client, "RCRH")
    answer = client.post(f"/apply/{case.pk}/check/")
    assert answer.status_code in (403, 422) and "本人" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).number is None


def test_two_agents_on_one_draft_do_not_overwrite_each_other(cloud: Account, he: Account, li: Account) -> None:
    case = begun(acting(he, given(cloud, he)), "QYBG")
    assert acting(li, given(cloud, li)).get(f"/apply/{case.pk}/").status_code == 200
    first = Case.objects.get(pk=case.pk)
    question = queries.version(case.bundle_version_id).spec.guidance[0]
    one, other = ([option.value] if question.kind == "multi" else option.value for option in question.options[:2])
    drafting.save_guidance(case.pk, by=cloud.actor, guidance={question.id: one}, version=first.version)
    with pytest.raises(ChangedMeanwhile):
        drafting.save_guidance(case.pk, by=cloud.actor, guidance={question.id: other}, version=first.version)


def test_whoever_may_act_is_asked_for_whom_after_sign_in(cloud: Account, he: Account, client: Client) -> None:
    given(cloud, he)
    he.set_password("a-long-password")
    he.save()
    answer = client.post("/sign-in/", {"username": "he", "password": "a-long-password", "next": "/cases/"})
    assert answer.headers["Location"] == "/me/act/?next=%2Fcases%2F"
    assert cloud.identity.name in client.get(answer.headers["Location"]).content.decode()
