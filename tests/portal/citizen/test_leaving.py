"""A copy of my data and closing the account. 个人信息保护法 第四十五条, 第四十七条."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.errors import CaseError, WrongState
from cases.models import Case, Consent
from cases.states import CaseState
from portal.accounts import closing, exporting, lateness
from portal.accounts.models import Account, AccountEvent, Closure, DataExport
from portal.accounts.organisations import let_represent
from tests.factories.doubles import RecordingNotifier
from tests.portal.citizen.conftest import SignIn
from tests.portal.citizen.mandate_people import company

pytestmark = pytest.mark.django_db


def after(days: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


# ---- a copy ----


def test_a_copy_holds_everything_for_people_and_for_machines(filed: Case, lin: Account, as_person: SignIn) -> None:
    """个人信息保护法 第四十五条: 查阅、复制."""
    client = as_person(lin)
    client.post("/me/export/")
    made = DataExport.objects.get()
    packed = ZipFile(io.BytesIO(b"".join(client.get(f"/me/export/{made.pk}/"))))
    known = json.loads(packed.read("data.json"))
    (case,) = known["cases"]
    assert known["account"]["number"] == lin.id_no and case["number"] == filed.number
    labels = {one["label"]: one["value"] for one in case["answers"]}
    assert "林晓岚" in labels.values()
    assert case["history"] and case["materials"] and known["readings"] and known["consents_given"]
    assert any(name.startswith("files/") for name in packed.namelist())
    page = packed.read("index.html").decode()
    assert "新生儿出生一件事" in page and filed.number in page


def test_a_copy_of_somebody_else_is_not_there(filed: Case, lin: Account, stranger: Account, as_person: SignIn) -> None:
    made = exporting.ask(lin, by=lin)
    assert as_person(stranger).get(f"/me/export/{made.pk}/").status_code == 404


def test_every_download_is_on_record_and_needs_a_fresh_sign_in(lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.post("/me/export/")
    made = DataExport.objects.get()
    assert client.get(f"/me/export/{made.pk}/").status_code == 200
    assert AccountEvent.objects.filter(account=lin, kind="export.taken").count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=False):
        assert client.get(f"/me/export/{made.pk}/").headers["Location"].startswith("/sign-in/")


def test_health_says_when_nobody_makes_the_round(lin: Account) -> None:
    closing.ask(lin)
    assert lateness.alarms() == ()
    with after(16):
        assert lateness.alarms() == ("accounts_late",)
        closing.carry_on()
        assert lateness.alarms() == ()


def test_a_copy_is_deleted_after_seven_days(lin: Account) -> None:
    made = exporting.ask(lin, by=lin)
    with after(8):
        assert exporting.take(lin, made.pk, by=lin) is None
        assert exporting.carry_on() == 1
    kept = DataExport.objects.get()
    assert kept.deleted_at is not None and not kept.file


def test_a_large_copy_is_made_by_the_round_and_announced(
    lin: Account, monkeypatch: pytest.MonkeyPatch, notifier: RecordingNotifier
) -> None:
    monkeypatch.setattr(exporting, "SMALL_CASES", -1)
    made = exporting.ask(lin, by=lin)
    assert DataExport.objects.get().made_at is None
    with pytest.raises(WrongState):
        exporting.ask(lin, by=lin)
    assert exporting.carry_on() == 1
    assert exporting.take(lin, made.pk, by=lin) is not None
    assert [one.template for one in notifier.to(str(lin.phone))] == ["export_ready"]


# ---- closing ----


def test_an_account_with_open_cases_is_not_closed_and_says_which(filed: Case, lin: Account, as_person: SignIn) -> None:
    """个人信息保护法 第四十七条第一款第一项: the purpose is not reached yet."""
    page = as_person(lin).get("/me/close/").content.decode()
    assert filed.number in page and "现在还不能注销" in page
    with pytest.raises(CaseError, match=str(filed.number)):
        closing.ask(lin)


def test_there_are_fifteen_days_to_change_ones_mind(lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.post("/me/close/", {"sure": "yes"})
    with after(14):
        assert closing.carry_on() == 0
    client.post("/me/close/keep/")
    with after(16):
        assert closing.carry_on() == 0
    assert Account.objects.get(pk=lin.pk).is_active


def test_closing_erases_the_person_and_ends_sign_in(draft: Case, lin: Account, as_person: SignIn) -> None:
    """个人信息保护法 第四十七条: 删除; drafts go, consents end, the session is over."""
    client = as_person(lin)
    client.post("/me/close/", {"sure": "yes"})
    with after(16):
        assert closing.carry_on() == 1
    gone = Account.objects.get(pk=lin.pk)
    assert (gone.is_active, gone.id_no, gone.phone, gone.id_index, gone.details) == (False, None, None, "", {})
    assert "林晓岚" not in gone.name and gone.username.startswith("closed-")
    assert Case.objects.get(pk=draft.pk).state == CaseState.WITHDRAWN
    assert not Consent.objects.filter(given_by=gone, revoked_at=None).exists()
    assert client.get("/cases/").status_code == 302
    assert Account.objects.with_id_no(str(lin.id_no)) is None


def test_a_case_handed_in_meanwhile_stops_the_closing(draft: Case, lin: Account, notifier: RecordingNotifier) -> None:
    closing.ask(lin)
    Case.objects.filter(pk=draft.pk).update(state=CaseState.AWAITING_PARTIES)
    with after(16):
        closing.carry_on()
    assert Account.objects.get(pk=lin.pk).is_active and Closure.objects.get().stopped_by == "obstacle"
    assert [one.template for one in notifier.to(str(lin.phone))][-1] == "closing_stopped"


def test_who_represents_a_company_hands_it_over_first(lin: Account) -> None:
    let_represent(lin, company(), source="ENT_BASIC")
    with pytest.raises(CaseError, match="法定代表人"):
        closing.ask(lin)


def test_the_record_of_an_account_cannot_be_changed(lin: Account) -> None:
    exporting.ask(lin, by=lin)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountEvent.objects.filter(account=lin).update(kind="nothing")
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountEvent.objects.filter(account=lin).delete()
