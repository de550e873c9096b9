"""Sealed fields and files: unreadable in the database, bound to their place, keys rotate."""

from __future__ import annotations

import base64

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from cases.protection import EncryptedStorage, Unreadable, blind_index, seal, unseal
from portal.accounts.models import Account

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


def test_what_is_sealed_opens_in_its_place_only() -> None:
    sealed = seal(b"350203199403186286", "people|id_no|1")
    assert unseal(sealed, "people|id_no|1") == b"350203199403186286"
    with pytest.raises(Unreadable):
        unseal(sealed, "people|id_no|2")


def test_an_altered_byte_is_noticed() -> None:
    sealed = bytearray(seal(b"plain", "a|b|1"))
    sealed[-1] ^= 1
    with pytest.raises(Unreadable):
        unseal(bytes(sealed), "a|b|1")


def test_a_new_key_in_front_seals_while_the_old_one_still_opens(settings: object) -> None:
    settings.PORTAL_KEYS = [OLD]  # type: ignore[attr-defined]
    before = seal(b"plain", "a|b|1")
    settings.PORTAL_KEYS = [NEW, OLD]  # type: ignore[attr-defined]
    assert unseal(before, "a|b|1") == b"plain"
    assert b"new" in seal(b"plain", "a|b|1")[:8]


def test_one_person_collides_whatever_the_spelling() -> None:
    assert blind_index("43010420070915286x") == blind_index("４３０１０４ 20070915286X")
    assert blind_index("43010420070915286X") != blind_index("430104200709152861")


@pytest.mark.django_db
def test_names_and_numbers_are_not_in_the_table() -> None:
    account = Account.objects.create_user(
        "lin", "x" * 12, name="林晓岚", id_no="350203199403186286", phone="13800000001"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(a)::text FROM accounts_account a WHERE id = %s", [account.pk])
        stored = cursor.fetchone()[0]
    for canary in ("林晓岚", "350203199403186286", "13800000001", "林晓岚".encode().hex(), b"350203199403186286".hex()):
        assert canary not in stored
    assert Account.objects.get(pk=account.pk).name == "林晓岚"


@pytest.mark.django_db
def test_a_value_copied_to_another_person_does_not_open() -> None:
    lin = Account.objects.create_user("lin", "x" * 12, name="林晓岚", id_no="350203199403186286")
    chen = Account.objects.create_user("chen", "x" * 12, name="陈屿", id_no="350203199211053171")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_account SET id_no = (SELECT id_no FROM accounts_account WHERE id = %s) WHERE id = %s",
            [lin.pk, chen.pk],
        )
    with pytest.raises(Unreadable):
        _ = Account.objects.get(pk=chen.pk).id_no


def test_a_stored_file_is_unreadable_on_disk(tmp_path: object) -> None:
    storage = EncryptedStorage(location=str(tmp_path))
    name = storage.save("materials/a", ContentFile(b"%PDF-1.7 canary"))
    assert b"canary" not in (tmp_path / name).read_bytes()  # type: ignore[operator]
    assert storage.open(name).read() == b"%PDF-1.7 canary"
