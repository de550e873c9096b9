"""Personal fields and files, sealed at rest: one field type, one storage, one blind index.

AES-256-GCM under a ring of keys (setting PORTAL_KEYS, "id:base64"): the first key seals, every key opens, so keys
rotate by adding one in front. A value is bound to its table, column and row: a ciphertext copied elsewhere does
not open. Layout: version 1 byte | key id length 1 byte | key id | nonce 12 bytes | ciphertext and tag.
Equality search goes over `blind_index` (HMAC-SHA256 under a key of its own). GB/T 39786-2021 8.4 e).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import unicodedata
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

VERSION = 1
NONCE_BYTES = 12
# Hears the name of every sealed field that is opened, and its value; pages must know which words are a person's own.
HEARS: ContextVar[Callable[[str, Any], None] | None] = ContextVar("hears_what_is_opened", default=None)


class Unreadable(Exception):
    """A sealed value does not open: wrong key, wrong place or altered bytes."""


@lru_cache(maxsize=4)
def _ring(entries: tuple[str, ...]) -> dict[str, AESGCM]:
    ring = {}
    for entry in entries:
        key_id, _, encoded = entry.partition(":")
        ring[key_id] = AESGCM(base64.b64decode(encoded))
    return ring


def seal(plain: bytes, place: str) -> bytes:
    """Encrypt `plain` for one place ("table|column|row")."""
    entries = tuple(settings.PORTAL_KEYS)
    key_id = entries[0].partition(":")[0]
    nonce = os.urandom(NONCE_BYTES)
    head = bytes([VERSION, len(key_id)]) + key_id.encode()
    return head + nonce + _ring(entries)[key_id].encrypt(nonce, plain, head + place.encode())


def unseal(sealed: bytes, place: str) -> bytes:
    """Decrypt what `seal` made for the same place. Raises Unreadable."""
    length = sealed[1]
    head, rest = sealed[: 2 + length], sealed[2 + length :]
    cipher = _ring(tuple(settings.PORTAL_KEYS)).get(head[2:].decode(errors="replace"))
    if cipher is None or head[0] != VERSION:
        raise Unreadable(place)
    try:
        return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + place.encode())
    except InvalidTag as error:
        raise Unreadable(place) from error


def blind_index(value: str) -> str:
    """A stable token for equality search over a sealed value; the same person collides whatever the spelling."""
    plain = unicodedata.normalize("NFKC", value).replace(" ", "").upper()
    key = base64.b64decode(settings.PORTAL_INDEX_KEY)
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()


class _Sealed(bytes):
    """Ciphertext as it came from the database, not yet opened."""


class _Opening:
    """Descriptor of a sealed field: opens the value at first use, with the row it belongs to."""

    def __init__(self, field: SealedField) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        held = instance.__dict__
        if self.field.attname not in held:
            instance.refresh_from_db(fields=[self.field.attname])
        value = held[self.field.attname]
        if isinstance(value, _Sealed):
            value = held[self.field.attname] = self.field.loads(unseal(value, self.field.place(instance)))
            if (hears := HEARS.get()) is not None:
                hears(self.field.name, value)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):
    """A text or JSON value that the database holds encrypted.

    Rows are written through save() or bulk_create(): those know the row. A bulk update is refused, because a value
    sealed without its row could be moved to another person's.
    """

    if TYPE_CHECKING:  # what the type checker may assume of the attribute on a row
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def __init__(self, *args: Any, json: bool = False, **kwargs: Any) -> None:
        self.json = json
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.json:
            kwargs["json"] = True
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opening(self))

    def place(self, instance: models.Model) -> str:
        return f"{instance._meta.db_table}|{self.column}|{instance.pk}"

    def dumps(self, value: Any) -> bytes:
        if self.json:
            return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder, separators=(",", ":")).encode()
        return str(value).encode()

    def loads(self, plain: bytes) -> Any:
        return json.loads(plain) if self.json else plain.decode()

    def get_default(self) -> Any:
        """The given default; else an empty text, or None where the column may be empty or holds JSON."""
        if self.has_default():
            return self.default() if callable(self.default) else self.default
        return None if self.json or self.null else ""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else _Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        held = model_instance.__dict__.get(self.attname)
        if held is None or isinstance(held, _Sealed):
            return held
        if model_instance.pk is None:
            raise TypeError(f"{model_instance._meta.label} seals {self.name}: it needs its primary key before saving")
        return _Sealed(seal(self.dumps(held), self.place(model_instance)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, _Sealed):
            raise TypeError(f"{self.name} is sealed per row: use save() or bulk_create()")
        return None if value is None else connection.Database.Binary(bytes(value))

    def value_to_string(self, obj: models.Model) -> str:
        return base64.b64encode(self.pre_save(obj, False) or b"").decode()

    def to_python(self, value: Any) -> Any:
        return value


class EncryptedStorage(FileSystemStorage):
    """Files on disk, sealed whole (uploads are small); the name is part of what is sealed, names are our own."""

    def _save(self, name: str, content: File) -> str:
        name = self.get_available_name(name)
        sealed = seal(content.read(), f"file|{PurePosixPath(name)}")
        stored: str = super()._save(name, ContentFile(sealed))  # type: ignore[misc]
        return stored

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("sealed files are read whole and replaced, never edited")
        with super()._open(name, "rb") as stored:  # type: ignore[misc]
            return ContentFile(unseal(stored.read(), f"file|{PurePosixPath(name)}"), name=name)

    def url(self, name: str | None) -> str:
        raise ValueError("sealed files have no address of their own: serve them through a view")
