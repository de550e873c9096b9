"""Parties: who must say yes, who need not, and what a yes is worth."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from cases import access
from cases.actions.applying import drafting, filing, handing_in, parties
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, Consent, Event, Material, Party
from cases.queries import authorisation, consents_given, parties_seen_by
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, RecordingNotifier
from tests.factories.library import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture
def stranger(db: None) -> Account:
    return newborn.account(person("王建国"), "stranger")


def handed_in(lin: Account, **how: object) -> Case:
    case = newborn.draft(lin, **how)  # type: ignore[arg-type]
    return filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)


def state_of(case: Case, party_id: str) -> str:
    return Party.objects.get(case=case, party_id=party_id).state


def father_of(case: Case) -> Party:
    return Party.objects.get(case=case, party_id="father")


def token_in(notifier: RecordingNotifier) -> str:
    return notifier.to(newborn.CHEN["phone"])[-1].values["link"].rstrip("/").rpartition("/")[2]


def test_the_applicant_agrees_by_applying_and_the_child_is_not_asked(lin: Account) -> None:
    case = newborn.draft(lin)
    assert state_of(case, "mother") == "agreed"
    assert {party.party_id for party in parties.pending_parties(case)} == {"father"}


def test_a_party_who_is_the_applicant_in_another_role_is_not_asked_twice(lin: Account) -> None:
    case = newborn.draft(lin)
    assert Party.objects.get(case=case, party_id="head").id_no == newborn.LIN["id_no"]
    assert state_of(case, "head") == "agreed"


def test_a_party_whose_section_is_hidden_is_not_concerned(lin: Account) -> None:
    case = newborn.draft(lin)
    assert Party.objects.filter(case=case, party_id="father").exists()
    drafting.save_guidance(case.pk, by=lin.actor, guidance={"marital": "single_mother"})
    assert not Party.objects.filter(case=case, party_id="father").exists()


def test_a_case_handed_in_waits_for_the_father_and_is_filed_when_he_agrees(
    lin: Account, chen: Account, notifier: RecordingNotifier, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        case = handed_in(lin)
    assert case.state == "awaiting_parties"
    assert parties.party_by_token(token_in(notifier)) == father_of(case)
    case = parties.agree(father_of(case).pk, account=chen, token=token_in(notifier))
    assert case.state == "submitted"
    assert case.answers["fields"]["father_consent"] is True
    assert parties.party_by_token(token_in(notifier)) is None


def test_the_link_alone_opens_nothing(lin: Account, stranger: Account) -> None:
    case = handed_in(lin)
    with pytest.raises(CaseError, match="这份授权要本人确认"):
        parties.agree(father_of(case).pk, account=stranger)
    with pytest.raises(CaseError, match="这份授权要本人确认"):
        parties.agree(father_of(case).pk, account=lin)
    assert Case.objects.get(pk=case.pk).state == "awaiting_parties"
    assert access.party_for(stranger, father_of(case).pk) is None


def test_a_link_keeps_only_its_digest_and_ends_after_fifteen_days(lin: Account) -> None:
    party = father_of(handed_in(lin))
    token = parties.link_for(party)
    assert token not in str(Party.objects.filter(pk=party.pk).values())
    Party.objects.filter(pk=party.pk).update(link_expires_at=timezone.now() - timedelta(seconds=1))
    assert parties.party_by_token(token) is None


def test_an_older_link_is_void_once_a_newer_one_was_sent(lin: Account, chen: Account) -> None:
    party = father_of(handed_in(lin))
    old = parties.link_for(party)
    parties.link_for(party)
    with pytest.raises(WrongState, match="链接已经失效"):
        parties.agree(party.pk, account=chen, token=old)


def test_agreeing_twice_changes_nothing(lin: Account, chen: Account) -> None:
    case = handed_in(lin)
    for _ in range(2):
        parties.agree(father_of(case).pk, account=chen)
    assert Event.objects.filter(case=case, kind="party.agreed").count() == 1
    assert Event.objects.filter(case=case, kind="case.filed").count() == 1


def test_a_refusal_gives_the_case_back_to_the_applicant(lin: Account, chen: Account) -> None:
    case = handed_in(lin)
    parties.decline(father_of(case).pk, account=chen)
    case = Case.objects.get(pk=case.pk)
    assert (case.state, state_of(case, "father")) == ("draft", "declined")
    assert not Consent.objects.filter(case=case, party=father_of(case), revoked_at=None).exists()


def test_what_changes_after_signing_is_signed_again(lin: Account, chen: Account) -> None:
    case = newborn.draft(lin)
    parties.invite(father_of(case).pk, by=lin.actor)
    parties.agree(father_of(case).pk, account=chen)
    drafting.save_section(case.pk, "s_mother", {"mother_live": "示例市思明区示例路1号"}, by=lin.actor)
    assert state_of(case, "father") == "agreed"
    drafting.save_section(case.pk, "s_mother", {"mother_live": "另一条路9号"}, by=lin.actor)
    assert state_of(case, "father") == "not_asked"
    assert "father_consent" not in Case.objects.get(pk=case.pk).answers["fields"]


def test_what_a_register_fills_in_after_signing_is_not_signed_again(
    lin: Account, chen: Account, licences: FakeLicences
) -> None:
    case = newborn.draft(lin)
    fields = dict(case.answers["fields"])
    fields.pop("father_ethnic")
    case.answers = {**case.answers, "fields": fields}
    case.save(update_fields=["answers"])
    parties.invite(father_of(case).pk, by=lin.actor)
    case = parties.agree(father_of(case).pk, account=chen)
    assert case.answers["fields"]["father_ethnic"] == "01"
    assert state_of(case, "father") == "agreed"


def test_an_edit_while_waiting_makes_it_a_draft_again(lin: Account) -> None:
    case = handed_in(lin)
    drafting.save_section(case.pk, "s_mother", {"mother_live": "另一条路9号"}, by=lin.actor)
    assert Case.objects.get(pk=case.pk).state == "draft"


def test_another_person_in_the_same_place_is_asked_anew(lin: Account, chen: Account) -> None:
    case = newborn.draft(lin)
    parties.invite(father_of(case).pk, by=lin.actor)
    parties.agree(father_of(case).pk, account=chen)
    drafting.save_section(case.pk, "s_father", {"father_id": person("王建国")["id_no"]}, by=lin.actor)
    assert state_of(case, "father") == "not_asked"
    assert father_of(case).account_id is None
    assert not Consent.objects.filter(case=case, kind="authorise", revoked_at=None).exists()


def test_a_consent_can_be_taken_back_by_the_one_who_gave_it(lin: Account, chen: Account) -> None:
    case = newborn.draft(lin)
    parties.invite(father_of(case).pk, by=lin.actor)
    parties.agree(father_of(case).pk, account=chen)
    consent = Consent.objects.get(case=case, kind="authorise", revoked_at=None)
    with pytest.raises(CaseError, match="只有本人"):
        parties.withdraw_consent(consent.pk, account=lin)
    parties.withdraw_consent(consent.pk, account=chen)
    assert state_of(case, "father") == "declined"
    assert [one.revoked_at is not None for one in consents_given(chen)] == [True]


def test_a_licence_not_found_after_the_yes_sends_the_case_back_for_the_paper(
    lin: Account, chen: Account, licences: FakeLicences
) -> None:
    case = handed_in(lin)
    licences.records["ID_CARD"].pop(newborn.CHEN["id_no"])
    case = parties.agree(father_of(case).pk, account=chen)
    assert case.state == "draft"
    assert Event.objects.filter(case=case, kind="case.sent_back").exists()
    with pytest.raises(NotReady, match="父母身份证"):
        filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)
    assert not Material.objects.filter(case=case, slot="M_ID_PARENTS").exists()


def test_a_yes_that_was_recorded_before_a_crash_is_carried_on_later(lin: Account, chen: Account) -> None:
    case = handed_in(lin)
    parties.note_agreement(father_of(case).pk, account=chen)
    assert Case.objects.get(pk=case.pk).next_at <= timezone.now()
    assert handing_in.look_at_waiting(case.pk).state == "submitted"
    assert handing_in.look_at_waiting(case.pk).state == "submitted"


def test_who_does_not_answer_for_fifteen_days_is_reminded(lin: Account) -> None:
    case = handed_in(lin)
    handing_in.look_at_waiting(case.pk)
    assert Event.objects.filter(case=case, kind="party.asked").count() == 1
    Party.objects.filter(pk=father_of(case).pk).update(link_expires_at=timezone.now())
    handing_in.look_at_waiting(case.pk)
    assert Event.objects.filter(case=case, kind="party.asked").count() == 2
    assert father_of(case).link_expires_at > timezone.now()


def test_a_party_sees_what_it_is_for_and_nothing_of_the_mother(lin: Account, chen: Account) -> None:
    case = handed_in(lin)
    (seen,) = parties_seen_by(chen)
    assert seen == authorisation(father_of(case))
    assert seen.applicant == "林**"
    assert "居民身份证" in seen.sources
    assert "户口登记（申报出生登记）" in seen.items
    assert {about.text for about in seen.about} >= {"陈屿", newborn.CHEN["id_no"]}
    assert newborn.LIN["id_no"] not in str(seen)
    assert newborn.LIN["bank_card"] not in str(seen)
    assert parties_seen_by(lin) == ()


def test_a_message_that_cannot_be_sent_does_not_stop_the_case(
    lin: Account, notifier: RecordingNotifier, django_capture_on_commit_callbacks: object
) -> None:
    notifier.is_down = True
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        case = handed_in(lin)
    assert case.state == "awaiting_parties"


def test_an_operator_of_a_company_is_the_company_and_its_agent_at_once(db: None) -> None:
    details = {"ent_name": "五洲顺运渣土运输（示例）有限公司", "uscc": "91350205MA9XA0032B"}
    operator = Account.objects.create_user(
        "operator", "a-long-password", role=Role.COMPANY, name="刘师傅", id_no=person("刘师傅")["id_no"],
        phone=person("刘师傅")["phone"], details=details,
    )  # fmt: skip
    case = drafting.start_draft("ZTYS", applicant=operator, channel="online")
    standing = dict(Party.objects.filter(case=case).values_list("party_id", "state"))
    assert standing["company"] == standing["operator"] == "agreed"
    assert parties.pending_parties(case) == []


def test_people_without_a_number_are_not_taken_for_one_another(db: None) -> None:
    people = [Account.objects.create_user(f"guest{n}", "a-long-password", name=f"访客{n}") for n in (1, 2)]
    cases = [drafting.start_draft("GJJTQ", applicant=one, channel="mobile") for one in people]
    assert cases[0].applicant_index != cases[1].applicant_index
