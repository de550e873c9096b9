"""The phone is changed by whoever holds the old and the new one; addresses are kept for delivery."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.errors import CaseError
from cases.queries import quiet
from portal.accounts import codes, profile
from portal.accounts.models import Account, Address, SentCode
from tests.factories.doubles import RecordingNotifier
from tests.portal.citizen.conftest import SignIn

pytestmark = pytest.mark.django_db
NEW = "13900000001"


def code_to(notifier: RecordingNotifier, phone: str) -> str:
    return str(notifier.to(phone)[-1].values["code"])


@pytest.fixture
def client_of_lin(lin: Account, as_person: SignIn) -> Client:
    return as_person(lin)


def test_a_new_phone_takes_a_code_to_the_old_and_to_the_new_one(
    lin: Account, client_of_lin: Client, notifier: RecordingNotifier
) -> None:
    old = str(lin.phone)
    client_of_lin.post("/me/profile/phone/", {"phone": NEW})
    posted = {"step": "codes", "old_code": code_to(notifier, old), "new_code": code_to(notifier, NEW)}
    assert client_of_lin.post("/me/profile/phone/", posted).status_code == 302
    assert Account.objects.get(pk=lin.pk).phone == NEW
    assert notifier.to(old)[-1].template == "phone_changed"


def test_an_open_session_without_the_old_phone_changes_nothing(
    lin: Account, client_of_lin: Client, notifier: RecordingNotifier
) -> None:
    client_of_lin.post("/me/profile/phone/", {"phone": NEW})
    posted = {"step": "codes", "old_code": "000000x", "new_code": code_to(notifier, NEW)}
    assert client_of_lin.post("/me/profile/phone/", posted).status_code == 422
    assert Account.objects.get(pk=lin.pk).phone == lin.phone


def test_a_code_can_be_tried_five_times(lin: Account, notifier: RecordingNotifier) -> None:
    right = codes.send(lin, NEW, SentCode.For.NEW_PHONE)
    for _ in range(5):
        with pytest.raises(CaseError):
            codes.check(lin, SentCode.For.NEW_PHONE, "x")
    with pytest.raises(CaseError):
        codes.check(lin, SentCode.For.NEW_PHONE, right)


def test_the_first_address_is_offered_first_and_another_follows_it(lin: Account) -> None:
    first = profile.keep_address(lin, name="林晓岚", phone=NEW, place="示例路1号", first=False)
    second = profile.keep_address(lin, name="陈屿", phone=NEW, place="示例路2号", first=True)
    assert Address.objects.get(is_first=True) == second
    profile.drop_address(lin, second.pk)
    assert Address.objects.get(is_first=True) == first


def test_a_person_chooses_how_messages_come_and_reads_what_comes_anyway(lin: Account, client_of_lin: Client) -> None:
    page = client_of_lin.get("/me/profile/").content.decode()
    assert 'value="yes" checked' in page and "依法须告知您的" in page
    posted = {"on_phone": "no", "quiet_from": "20", "quiet_until": "9"}
    assert client_of_lin.post("/me/profile/messages/", posted)["Location"] == "/me/profile/"
    assert quiet.chosen_by(lin.pk) == quiet.ChosenMessages(False, 20, 9)
    page = client_of_lin.get("/me/profile/").content.decode()
    assert 'value="no" checked' in page and '<option value="20" selected>' in page
    client_of_lin.post("/me/profile/messages/", {"on_phone": "yes", "quiet_from": "3", "quiet_until": "x"})
    assert quiet.chosen_by(lin.pk) == quiet.ChosenMessages(False, 20, 9)
    assert "改了消息设置" in client_of_lin.get("/me/record/").content.decode()
