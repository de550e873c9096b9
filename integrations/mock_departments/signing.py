"""Signatures of the department contract, both ways, and the check of what comes in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .store import Store

WINDOW_S = 300


class BadSignature(Exception):
    """A request that nobody who holds the department's key has signed; the message says why."""


class UnknownKey(ValueError):
    """What is no key; the message names it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of one department, and the keyed hash it is used with."""

    key_id: str
    secret: str
    algorithm: str = "sha256"

    @property
    def dept(self) -> str:
        """The department a key belongs to: ``GA-1`` is of ``GA``."""
        return self.key_id.rsplit("-", 1)[0]


class Keyring:
    """Every department's keys: derived from one master secret, or read from a file that overrides them.

    The file is JSON: ``{"GA-2": "secret", "RS-1": {"secret": "…", "algorithm": "sm3"}}``.
    """

    def __init__(self, master: str, secrets_file: Path | None = None) -> None:
        self._master = master
        self._listed: dict[str, Key | None] = {}
        self.learn(json.loads(secrets_file.read_text("utf-8")) if secrets_file else {})

    def learn(self, entries: Mapping[str, Any]) -> None:
        """Take further keys, as in the file; null revokes one.

        Raises UnknownKey where an entry is no key.
        """
        read = {key_id: _key(key_id, entry) for key_id, entry in entries.items()}
        self._listed |= read

    def key(self, key_id: str) -> Key | None:
        """The key of that id; ``<DEPT>-1`` exists unless it was revoked."""
        if key_id in self._listed:
            return self._listed[key_id]
        if not key_id.endswith("-1"):
            return None
        derived = hmac.new(self._master.encode(), key_id[:-2].encode(), hashlib.sha256)
        return Key(key_id, derived.hexdigest())

    def own(self, dept: str) -> Key:
        """The key a department signs with: its newest listed one, else ``<DEPT>-1``."""
        newest = sorted((key for key in self._listed.values() if key and key.dept == dept), key=lambda key: key.key_id)
        key = newest[-1] if newest else self.key(f"{dept}-1") or Key(f"{dept}-0", "revoked")
        return key


def _key(key_id: str, entry: object) -> Key | None:
    settings = {"secret": entry} if isinstance(entry, str) else entry
    if settings is None:
        return None
    if not isinstance(settings, dict) or not isinstance(settings.get("secret"), str) or "-" not in key_id:
        raise UnknownKey(f"{key_id}：要写成 部门-序号: 密钥，或 {{secret, algorithm}}")
    algorithm = settings.get("algorithm", "sha256")
    if algorithm not in ("sha256", "sm3"):
        raise UnknownKey(f"{key_id}：algorithm 只能是 sha256 或 sm3")
    return Key(key_id, settings["secret"], algorithm)


def canonical(method: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """The text that is signed: method, path, time, nonce and hash of the body, a line each."""
    return "\n".join((method, path, timestamp, nonce, hashlib.sha256(body).hexdigest())).encode()


def sign(key: Key, text: bytes) -> str:
    """Base64 of the keyed hash of a canonical text."""
    return base64.b64encode(hmac.new(key.secret.encode(), text, key.algorithm).digest()).decode()


def signed_headers(key: Key, path: str, body: bytes, *, at: float, nonce: str = "") -> dict[str, str]:
    """Signature headers for a callback posted at a moment of the department's own clock."""
    timestamp, nonce = str(int(at)), nonce or secrets.token_hex(16)
    signature = sign(key, canonical("POST", path, timestamp, nonce, body))
    return {"X-Key-Id": key.key_id, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signature}


def verify(
    keyring: Keyring,
    store: Store,
    *,
    dept: str,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    at: float,
) -> None:
    """Make sure that the holder of this department's key sent exactly this, now, for the first time.

    Now is what the department's own clock says.

    Raises BadSignature otherwise.
    """
    key_id, timestamp, nonce, signature = (
        headers.get(name, "") for name in ("X-Key-Id", "X-Timestamp", "X-Nonce", "X-Signature")
    )
    if not (key_id and timestamp and nonce and signature):
        raise BadSignature("缺少签名头：X-Key-Id、X-Timestamp、X-Nonce、X-Signature")
    key = keyring.key(key_id)
    if key is None or key.dept != dept:
        raise BadSignature("密钥编号不属于本部门")
    if not timestamp.isdigit() or len(timestamp) > 12 or abs(at - int(timestamp)) > WINDOW_S:
        raise BadSignature("时间戳超出前后300秒")
    expected = sign(key, canonical(method, path, timestamp, nonce, body))
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise BadSignature("签名不符")
    if not store.first_use_of_nonce(key_id, nonce):
        raise BadSignature("随机数已用过")
