"""Using a licence: granted, shown by code, looked up for a purpose, copied with a watermark, fetched by its holder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bundles import forms
from cases.actions.applying import drafting
from cases.actions.deciding import afterwards
from cases.actions.delivery import dispatch
from cases.actions.licences import fetching, granting, reading
from cases.actions.licences.reading import Sought
from cases.actions.registers.facts import ask, context_of
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, Consent, DataCall, Licence, LicenceCopy, LicenceGrant, Lookup, SubApplication
from cases.protection import blind_index
from cases.queries.licences import licence_page, verify_copy, wallet
from cases.queries.readings import readings_of
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences
from tests.factories.library import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
PURPOSE = "核对出生信息"


@pytest.fixture
def concluded(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def certificate(concluded: Case) -> Licence:
    return Licence.objects.get(result__sub__case=concluded, code="BIRTH_CERT")


@pytest.fixture
def stranger(db: None) -> Account:
    return newborn.account(person("赵海"), "stranger")


@pytest.fixture
def doctor(db: None) -> Account:
    return Account.objects.create_user("doctor", "a-long-password", role=Role.STAFF, name="李医生", department="WJ")


@pytest.fixture
def officer(db: None) -> Account:
    return Account.objects.create_user("officer", "a-long-password", role=Role.STAFF, name="王警官", department="GA")


@pytest.fixture
def clerk(db: None) -> Account:
    return Account.objects.create_user("clerk", "a-long-password", role=Role.CLERK, name="窗口")


def going_on(applicant: Account) -> Case:
    """A filed case of somebody else that goes on, with an item at the police."""
    case = drafting.start_draft("XSECS", applicant=applicant, channel="mobile", guidance=newborn.GUIDANCE)
    Case.objects.filter(pk=case.pk).update(
        number="350200-XSECS-20261122-000077-K",
        submitted_at=timezone.now(),
        state="in_progress",
        next_at=timezone.now(),
    )
    case = Case.objects.get(pk=case.pk)
    SubApplication.objects.create(
        case=case, seq=1, item_id="HUKOU", department="GA", number=f"{case.number}-01", state="dispatched",
        dispatched_at=timezone.now(), next_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    return case


# ---- granted ---------------------------------------------------------------------------------------------------


def test_only_the_holder_grants_and_a_stranger_cannot(certificate: Licence, lin: Account, stranger: Account) -> None:
    """个人信息保护法 第十四条: the licence of a third person is granted by that person alone."""
    case = going_on(stranger)
    given = granting.grant(certificate.pk, case.number or "", days=7, account=lin)
    assert given.purpose == "办理“新生儿出生一件事”" and given.holder_index == certificate.holder_index
    with pytest.raises(CaseError, match="持证人本人"):
        granting.grant(certificate.pk, case.number or "", days=7, account=stranger)


def test_a_parent_grants_for_the_child(concluded: Case, lin: Account, stranger: Account) -> None:
    """个人信息保护法 第三十一条."""
    page = Licence.objects.get(result__sub__case=concluded, code="HUKOU_BOOK")
    assert granting.grant(page.pk, going_on(stranger).number or "", days=7, account=lin).means == "guardian"


def test_a_clerk_writes_down_how_the_holder_agreed(certificate: Licence, clerk: Account, stranger: Account) -> None:
    number = going_on(stranger).number or ""
    with pytest.raises(NotReady, match="当面同意"):
        granting.grant_at_window(certificate.pk, number, days=1, evidence="", clerk=clerk)
    given = granting.grant_at_window(certificate.pk, number, days=1, evidence="本人到场签字", clerk=clerk)
    assert given.recorded_by_id == clerk.pk and given.evidence == "本人到场签字"


def test_a_grant_ends_and_names_a_case_that_goes_on(certificate: Licence, lin: Account, concluded: Case) -> None:
    with pytest.raises(NotReady, match="没有这个编号"):
        granting.grant(certificate.pk, "350200-XSECS-20990101-000001-X", days=7, account=lin)
    case = going_on(lin)
    for days in (0, 400):
        with pytest.raises(NotReady, match="授权期限"):
            granting.grant(certificate.pk, case.number or "", days=days, account=lin)
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    with pytest.raises(WrongState):
        granting.grant(certificate.pk, case.number or "", days=7, account=lin)


def asked_about(case: Case, licence: Licence) -> Lookup | None:
    """The case asks for the father's identity card, as its materials do."""
    lookup = forms.lookup_for(context_of(case), f"licence:{licence.code}@father.id_no", None)
    assert lookup is not None
    ask(case, [lookup], purpose="办理")
    return Lookup.objects.filter(case=case, kind="licence", code=licence.code, party="father").first()


def test_no_grant_no_answer_and_after_it_is_taken_back_none_again(lin: Account, chen: Account) -> None:
    """个人信息保护法 第十三条, 第十五条: a third person's licence is asked for by that person's word only."""
    case = newborn.draft(lin)
    fetching.fetch("ID_CARD", account=chen)
    card = Licence.objects.get(code="ID_CARD", holder_index=blind_index(newborn.CHEN["id_no"]))
    assert asked_about(case, card) is None
    given = granting.grant(card.pk, str(case.pk), days=7, account=chen)
    found = asked_about(case, card)
    assert found is not None and found.outcome == "found"
    assert DataCall.objects.filter(case=case, consent_id=str(given.pk), outcome="found").exists()
    granting.revoke(given.pk, account=chen)
    assert asked_about(case, card) is None


def test_nobody_takes_back_what_somebody_else_gave(certificate: Licence, lin: Account, stranger: Account) -> None:
    given = granting.grant(certificate.pk, going_on(stranger).number or "", days=7, account=lin)
    with pytest.raises(CaseError, match="只有持证人"):
        granting.revoke(given.pk, account=stranger)


def test_a_licence_that_ends_takes_its_grants_with_it(certificate: Licence, lin: Account, stranger: Account) -> None:
    given = granting.grant(certificate.pk, going_on(stranger).number or "", days=7, account=lin)
    assert certificate.result is not None
    afterwards.revoke(certificate.result.pk, "出生信息系伪造", by=lin.actor)
    assert LicenceGrant.objects.get(pk=given.pk).revoked_at is not None
    with pytest.raises(WrongState):
        granting.show(certificate.pk, account=lin)


# ---- looked up -------------------------------------------------------------------------------------------------


def test_the_issuer_reads_its_own_register_for_a_purpose_and_the_holder_sees_it(
    certificate: Licence, lin: Account, doctor: Account
) -> None:
    """个人信息保护法 第六条: a clear purpose; 国令809号: every use leaves its trail."""
    with pytest.raises(NotReady, match="用途"):
        reading.look_up(Sought("R350000001", ""), by=doctor)
    (seen,) = reading.look_up(Sought("R350000001", PURPOSE), by=doctor)
    assert seen.licence.id == certificate.pk and seen.basis == "duty:issuer"
    mine = [one for one in readings_of(lin, "lookup") if one.purpose == PURPOSE]
    assert [one.who for one in mine] == ["部门工作人员"] and mine[0].basis == "法定职责"


def test_another_department_reads_it_with_the_holders_grant_for_its_case_only(
    certificate: Licence, lin: Account, officer: Account, stranger: Account
) -> None:
    """个人信息保护法 第二十三条."""
    case = going_on(stranger)
    sought = Sought(newborn.LIN["id_no"], PURPOSE, "BIRTH_CERT", case.number or "")
    assert reading.look_up(sought, by=officer) == ()
    assert DataCall.objects.filter(caller_id=str(officer.pk), outcome="empty").count() == 1
    given = granting.grant(certificate.pk, case.number or "", days=7, account=lin)
    assert [one.basis for one in reading.look_up(sought, by=officer)] == [str(given.pk)]
    assert reading.look_up(Sought(newborn.LIN["id_no"], PURPOSE, "BIRTH_CERT"), by=officer) == ()
    granting.revoke(given.pk, account=lin)
    assert reading.look_up(sought, by=officer) == ()
    with pytest.raises(NotReady, match="没有看这份证照的依据"):
        reading.open_copy(certificate.pk, PURPOSE, case.number or "", by=officer)


def test_a_case_of_others_is_no_ground(certificate: Licence, officer: Account, concluded: Case) -> None:
    with pytest.raises(NotReady, match="不在您这里办理"):
        reading.look_up(Sought("R350000001", PURPOSE, "", "350200-XSECS-20261122-999999-X"), by=officer)


def test_a_consent_in_the_case_that_names_the_kind_is_a_ground(
    certificate: Licence, officer: Account, stranger: Account, lin: Account
) -> None:
    """个人信息保护法 第二十九条: a sensitive kind only where it was agreed to apart."""
    case = going_on(stranger)
    sought = Sought(newborn.LIN["id_no"], PURPOSE, "BIRTH_CERT", case.number or "")
    consent = Consent.objects.create(
        case=case, subject_index=certificate.holder_index, given_by=lin, kind="authorise", purpose="办理",
        covers=["licence:BIRTH_CERT"], given_at=timezone.now(),
    )  # fmt: skip
    assert reading.look_up(sought, by=officer) == ()
    Consent.objects.filter(pk=consent.pk).update(sensitive=["licence:BIRTH_CERT"])
    assert [one.basis for one in reading.look_up(sought, by=officer)] == [str(consent.pk)]


# ---- shown and copied ------------------------------------------------------------------------------------------


def test_a_code_shows_a_licence_once_and_for_ten_minutes(
    certificate: Licence, lin: Account, officer: Account, time_machine: Any
) -> None:
    """亮证: the holder shows it, face to face."""
    code = granting.show(certificate.pk, account=lin)
    copy = reading.open_shown(code, PURPOSE, by=officer)
    assert copy.licence_id == certificate.pk and copy.grant is not None
    with pytest.raises(NotReady, match="已用过"):
        reading.open_shown(code, PURPOSE, by=officer)
    late = granting.show(certificate.pk, account=lin)
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    with pytest.raises(NotReady, match="10 分钟"):
        reading.open_shown(late, PURPOSE, by=officer)


def test_a_copy_is_verified_by_its_mark_and_tells_whether_the_licence_still_stands(
    certificate: Licence, lin: Account
) -> None:
    """国令716号 第十条: what equals the paper can be checked, and nothing personal is shown."""
    copy = reading.copy_for_oneself(certificate.pk, "办理入托", account=lin)
    found = verify_copy(copy.mark.lower())
    assert found is not None and (found.purpose, found.standing, found.is_unchanged) == ("办理入托", "in_force", True)
    assert verify_copy("A" * 16) is None
    assert certificate.result is not None
    afterwards.revoke(certificate.result.pk, "伪造", by=lin.actor)
    again = verify_copy(copy.mark)
    assert again is not None and again.standing == "revoked"


def test_one_changed_sign_on_the_face_shows(certificate: Licence, lin: Account) -> None:
    copy = reading.copy_for_oneself(certificate.pk, "办理入托", account=lin)
    certificate.face = {**certificate.face, "cert_no": "R350000002"}
    certificate.save(update_fields=["face"])
    found = verify_copy(copy.mark)
    assert found is not None and not found.is_unchanged


def test_a_copy_once_made_is_never_changed(certificate: Licence, lin: Account) -> None:
    copy = reading.copy_for_oneself(certificate.pk, "办理入托", account=lin)
    with pytest.raises(IntegrityError), transaction.atomic():
        LicenceCopy.objects.filter(pk=copy.pk).update(purpose="别的用途")


# ---- the wallet ------------------------------------------------------------------------------------------------


def test_a_stranger_sees_nothing_of_it(certificate: Licence, stranger: Account, lin: Account) -> None:
    assert licence_page(stranger, certificate.pk) is None and wallet(stranger) == ()
    page = licence_page(lin, certificate.pk)
    assert page is not None and {fact.label for fact in page.face} >= {"出生证编号", "新生儿姓名"}


def test_article_45_a_person_has_own_licences_fetched_and_what_is_gone_there_ends(
    lin: Account, licences: FakeLicences
) -> None:
    """个人信息保护法 第四十五条."""
    assert fetching.fetch("MARRIAGE_CERT", account=lin) == 1
    assert fetching.fetch("MARRIAGE_CERT", account=lin) == 1
    (held,) = Licence.objects.filter(code="MARRIAGE_CERT")
    assert (held.trust, held.licence_id, held.result_id) == ("A", "L-M", None)
    licences.records["MARRIAGE_CERT"] = {}
    assert fetching.fetch("MARRIAGE_CERT", account=lin) == 0
    assert Licence.objects.get(pk=held.pk).state == "revoked"
    licences.silent.add("MARRIAGE_CERT")
    with pytest.raises(NotReady, match="暂时没有回音"):
        fetching.fetch("MARRIAGE_CERT", account=lin)
    with pytest.raises(CaseError):
        fetching.fetch("BUSINESS_LICENCE", account=lin)
