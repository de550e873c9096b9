"""Who may see what: person by person, thing by thing. A stranger gets nothing at all."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.utils import Error

from cases import access
from cases.actions.delivery import dispatch
from cases.models import AccessRecord, Case, Material, Result, SubApplication
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments
from tests.factories.library import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


def staff(username: str, role: str, department: str = "") -> Account:
    return Account.objects.create_user(username, "a-long-password", role=role, name=username, department=department)


@pytest.fixture
def people(lin: Account, chen: Account) -> dict[str, Account]:
    """Everybody who may try: the applicant, the other party, staff of two departments, a clerk, a stranger."""
    return {
        "lin": lin,
        "chen": chen,
        "police": staff("police", Role.STAFF, "GA"),
        "schools": staff("schools", Role.STAFF, "JY"),
        "clerk": staff("clerk", Role.CLERK),
        "stranger": newborn.account(person("王建国"), "stranger"),
    }


@pytest.fixture
def concluded(people: dict[str, Account], departments: FakeDepartments) -> Case:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(people["lin"], people["chen"])
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def who(people: dict[str, Account], may: Any) -> set[str]:
    return {name for name, account in people.items() if may(account)}


def test_a_case_is_seen_by_its_applicant_alone(people: dict[str, Account], concluded: Case) -> None:
    assert who(people, lambda account: access.case_for(account, concluded.pk)) == {"lin"}


def test_a_case_taken_in_at_the_counter_is_seen_by_the_clerk_who_helped(people: dict[str, Account]) -> None:
    from cases.actions.applying import drafting

    case = drafting.start_draft(
        "XSECS", applicant=people["lin"], channel="window", assisted_by=people["clerk"], guidance=newborn.GUIDANCE
    )
    assert who(people, lambda account: access.case_for(account, case.pk)) == {"lin", "clerk"}


def test_a_sub_application_is_seen_by_its_own_department(people: dict[str, Account], concluded: Case) -> None:
    hukou = SubApplication.objects.get(case=concluded, item_id="HUKOU")
    assert who(people, lambda account: access.sub_for(account, hukou.pk)) == {"lin", "police"}
    assert {sub.department for sub in access.subs_for_department(people["police"])} == {"GA"}


def test_a_department_sees_nothing_before_it_was_sent_to_it(people: dict[str, Account]) -> None:
    newborn.submitted(people["lin"], people["chen"])
    assert list(access.subs_for_department(people["police"])) == []


@pytest.mark.parametrize(("slot", "seen_by"), [("M_HUKOU_BOOK", {"lin", "police"}), ("M_RECEIPT", {"lin"})])
def test_a_paper_is_seen_where_an_item_needs_it(
    people: dict[str, Account], concluded: Case, slot: str, seen_by: set[str]
) -> None:
    material = Material.objects.filter(case=concluded, slot=slot)[0]
    assert who(people, lambda account: access.material_for(account, material.pk)) == seen_by


def test_a_result_is_seen_by_the_applicant_and_who_issued_it(people: dict[str, Account], concluded: Case) -> None:
    result = Result.objects.get(sub__case=concluded, result_id="R_HUKOU")
    assert who(people, lambda account: access.results_for(account).filter(pk=result.pk).exists()) == {"lin", "police"}


def test_a_request_is_seen_by_the_party_it_is_made_to(people: dict[str, Account], concluded: Case) -> None:
    father = concluded.parties.get(party_id="father")
    assert who(people, lambda account: access.party_for(account, father.pk)) == {"chen"}


def test_what_does_not_exist_looks_like_what_may_not_be_seen(people: dict[str, Account], concluded: Case) -> None:
    for account in people.values():
        assert access.case_for(account, uuid4()) is None
        assert access.sub_for(account, uuid4()) is None
        assert access.material_for(account, uuid4()) is None
    assert access.case_for(people["stranger"], concluded.pk) is None


def test_staff_reads_leave_a_chained_trace(people: dict[str, Account], concluded: Case) -> None:
    for purpose in ("办理", "复核"):
        access.record_access(concluded.pk, by=people["police"].actor, what="HUKOU", purpose=purpose)
    assert [entry.purpose for entry in access.records_of(concluded)] == ["复核", "办理"]
    assert access.broken_record(concluded.pk) is None


def test_a_trace_cannot_be_altered_or_removed(people: dict[str, Account], concluded: Case) -> None:
    access.record_access(concluded.pk, by=people["police"].actor, what="HUKOU", purpose="办理")
    for statement in ("UPDATE cases_accessrecord SET purpose = 'x'", "DELETE FROM cases_accessrecord"):
        with pytest.raises(Error), connection.cursor() as cursor, connection_savepoint():
            cursor.execute(statement)
    assert AccessRecord.objects.get(case=concluded).purpose == "办理"


def connection_savepoint() -> Any:
    from django.db import transaction

    return transaction.atomic()
