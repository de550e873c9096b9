"""Hostile callbacks by the hundred: each kind a generator of tries, drawn from one seeded source.

An `Attempt` is what goes over the line. Every kind starts from what an honest department would send and breaks it
in one way, so that nothing but that one thing keeps it out.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

Kind = Callable[["Forge"], Iterator["Attempt"]]
KINDS: dict[str, tuple[Kind, int]] = {}


@dataclass(frozen=True)
class Attempt:
    """One request to the door. Headers are as a server hands them over: a doubled one is joined by a comma."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"

    def having(self, **changes: str | None) -> Attempt:
        """Other headers (underscores for hyphens); None leaves one out."""
        named = {name.replace("_", "-").title(): value for name, value in changes.items()}
        kept = {name: value for name, value in {**self.headers, **named}.items() if value is not None}
        return replace(self, headers=kept)


@dataclass
class Forge:
    """Makes callbacks: of whom, about what, by which key. `lucky` is the seeded source of everything drawn."""

    lucky: random.Random
    target: UUID
    foreign: UUID
    secrets: Mapping[str, tuple[str, str]]  # by what the key is: its id and secret
    taken: Attempt | None = None
    dept: str = "GA"
    drawn: int = field(default=0)

    def document(self, **changes: Any) -> dict[str, Any]:
        self.drawn += 1
        said = {
            "event_id": f"E-{self.drawn}-{self.lucky.getrandbits(64):x}",
            "dept": self.dept,
            "receipt_no": "GA-00000012",
            "sub_application_id": str(self.target),
            "status": self.lucky.choice(["approved", "rejected", "accepted", "withdrawn", "not_accepted"]),
            "seq": self.lucky.randint(1, 9),
            "occurred_at": datetime.now(UTC).isoformat(),
            "result": {"id_no": "350203202610301069"},
            "reasons": [{"code": "J01", "text": "不符"}],
        }
        return {name: value for name, value in (said | changes).items() if value is not _GONE}

    def signed(
        self,
        body: bytes,
        *,
        event_id: str,
        key: str = "GA",
        to: str = "GA",
        age_s: int = 0,
        algorithm: str = "sha256",
        method: str = "POST",
        nonce: str = "",
    ) -> Attempt:
        """The body as the holder of a key would send it."""
        key_id, secret = self.secrets[key]
        stamp, nonce = str(int(time.time()) - age_s), nonce or f"{self.lucky.getrandbits(128):032x}"
        path = f"/callbacks/{to}"
        text = "\n".join([method, path, stamp, nonce, hashlib.sha256(body).hexdigest()]).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Dept-Id": self.dept,
            "X-Event-Id": event_id,
            "X-Key-Id": key_id,
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Signature": base64.b64encode(hmac.digest(secret.encode(), text, algorithm)).decode(),
        }
        return Attempt(path, headers, body)

    def honest(self, *, how: Mapping[str, Any] | None = None, **changes: Any) -> Attempt:
        """What would be taken, but for `changes` to the document and `how` it is signed."""
        document = self.document(**changes)
        return self.signed(json.dumps(document).encode(), event_id=str(document.get("event_id", "E")), **(how or {}))

    def raw(self, body: bytes) -> Attempt:
        """Any bytes, rightly signed."""
        self.drawn += 1
        return self.signed(body, event_id=f"R-{self.drawn}")


_GONE = object()


def kind(times: int) -> Callable[[Kind], Kind]:
    """Put a kind on the list, and how many tries are drawn of it."""

    def put(tries: Kind) -> Kind:
        KINDS[tries.__name__] = (tries, times)
        return tries

    return put


def attempts(forge: Forge) -> Iterator[tuple[str, Attempt]]:
    """All tries of all kinds, kind by kind."""
    for name, (tries, times) in KINDS.items():
        source = tries(forge)
        yield from ((name, next(source)) for _ in range(times))


@kind(90)
def forged(forge: Forge) -> Iterator[Attempt]:
    """No key at all: signatures of chance, of the right length or of any."""
    while True:
        size = forge.lucky.choice([0, 1, 31, 32, 32, 32, 33, 64, 4096])
        yield forge.honest().having(x_signature=base64.b64encode(forge.lucky.randbytes(size)).decode())


@kind(60)
def guessed(forge: Forge) -> Iterator[Attempt]:
    """Secrets that somebody might have left as they were."""
    words = ["", "secret", "changeme", "GA-1", "GA", "password", "mock-departments-demo", "0" * 32, "null", "None"]
    while True:
        secret = forge.lucky.choice(words) + forge.lucky.choice(["", "!", str(forge.lucky.randint(0, 99))])
        guess = replace(forge, secrets={**forge.secrets, "GA": ("GA-1", secret)})
        yield guess.honest()
        forge.drawn = guess.drawn


@kind(120)
def tampered_body(forge: Forge) -> Iterator[Attempt]:
    """One byte, one value or one space more, after signing."""
    while True:
        sent = forge.honest()
        body = bytearray(sent.body)
        turn = forge.lucky.randrange(4)
        if turn == 0:
            place = forge.lucky.randrange(len(body))
            body[place] ^= forge.lucky.randint(1, 255)
        elif turn == 1:
            body += b" "
        elif turn == 2:
            del body[forge.lucky.randrange(len(body))]
        else:
            body = bytearray(json.dumps(json.loads(sent.body) | {"status": "received"}).encode())
        yield replace(sent, body=bytes(body))


@kind(60)
def tampered_headers(forge: Forge) -> Iterator[Attempt]:
    """The time, the nonce, the department or the event of another message."""
    while True:
        sent = forge.honest()
        stamp = str(int(sent.headers["X-Timestamp"]) + forge.lucky.choice([-1, 1, 7]))
        changes = [
            {"x_timestamp": stamp},
            {"x_nonce": f"{forge.lucky.getrandbits(64):x}"},
            {"x_dept_id": "WJ"},
            {"x_event_id": f"X-{forge.lucky.getrandbits(32)}"},
        ]
        yield sent.having(**forge.lucky.choice(changes))


@kind(60)
def replayed(forge: Forge) -> Iterator[Attempt]:
    """The very bytes and headers of a callback that was taken."""
    assert forge.taken is not None
    while True:
        yield forge.taken


@kind(60)
def nonce_with_a_new_body(forge: Forge) -> Iterator[Attempt]:
    """Rightly signed, but with the nonce of a callback that was taken."""
    assert forge.taken is not None
    while True:
        yield forge.honest(how={"nonce": forge.taken.headers["X-Nonce"]})


@kind(60)
def out_of_time(forge: Forge) -> Iterator[Attempt]:
    """Rightly signed, long ago or in the future."""
    while True:
        far = forge.lucky.choice([310, 600, 3600, 86400, 10**9])
        yield forge.honest(how={"age_s": forge.lucky.choice([-far, far])})


@kind(60)
def signed_by_another(forge: Forge) -> Iterator[Attempt]:
    """Another department's own valid key, with its id, with ours, and with none."""
    while True:
        sent = forge.honest(how={"key": "WJ"})
        yield sent.having(x_key_id=forge.lucky.choice(["WJ-1", "GA-1", None]))


@kind(60)
def ended_key(forge: Forge) -> Iterator[Attempt]:
    """Keys that were revoked, have ended or do not count yet."""
    while True:
        sent = forge.honest(how={"key": forge.lucky.choice(["revoked", "ended", "early"])})
        yield sent.having(x_key_id=forge.lucky.choice([sent.headers["X-Key-Id"], None, "GA-1"]))


@kind(50)
def to_another_address(forge: Forge) -> Iterator[Attempt]:
    """Ours, at the address of another department, of none, or written in another way."""
    while True:
        path = forge.lucky.choice(["WJ", "ga", "GA/", "GA%20", "XX", "..%2fGA", "GA/materials/x", "payments/", "%00"])
        yield replace(forge.honest(), path=f"/callbacks/{path}")


@kind(60)
def nobodys_case(forge: Forge) -> Iterator[Attempt]:
    """Rightly signed, about a sub-application that there is none of."""
    while True:
        yield forge.honest(sub_application_id=str(UUID(int=forge.lucky.getrandbits(128), version=4)))


@kind(60)
def another_departments_case(forge: Forge) -> Iterator[Attempt]:
    """Rightly signed, about what was filed with somebody else."""
    while True:
        yield forge.honest(sub_application_id=str(forge.foreign))


@kind(90)
def garbage(forge: Forge) -> Iterator[Attempt]:
    """Rightly signed bytes of chance, cut JSON, JSON that is no object."""
    plain = [b"", b"null", b"[]", b"0", b'"text"', b"{}", b"{", b"\xef\xbb\xbf{}", b"true", b"[{}]"]
    while True:
        body = forge.honest().body
        cut = body[: forge.lucky.randrange(len(body))]
        yield forge.raw(forge.lucky.choice([forge.lucky.randbytes(200), cut, forge.lucky.choice(plain)]))


@kind(30)
def deep(forge: Forge) -> Iterator[Attempt]:
    """Nested as deep as it takes to break a parser."""
    while True:
        levels = forge.lucky.choice([33, 40, 500, 5_000, 100_000])
        opening, closing = forge.lucky.choice([(b"[", b"]"), (b'{"a":', b"}")])
        nested = opening * levels + b"1" + closing * levels
        document = json.dumps(forge.document()).encode()
        yield forge.raw(document[:-1] + b', "deep": ' + nested + b"}")


@kind(8)
def huge(forge: Forge) -> Iterator[Attempt]:
    """More than a callback may have."""
    while True:
        document = forge.document(padding="x" * (1024 * 1024 + forge.lucky.randrange(4096)))
        yield forge.signed(json.dumps(document).encode(), event_id=document["event_id"])


@kind(50)
def key_twice(forge: Forge) -> Iterator[Attempt]:
    """One key twice: two parsers could read two different things."""
    while True:
        document = forge.document()
        name = forge.lucky.choice(list(document))
        again = json.dumps({name: document[name] if forge.lucky.random() < 0.5 else None})
        yield forge.signed(
            json.dumps(document)[:-1].encode() + b", " + again[1:].encode(), event_id=document["event_id"]
        )


@kind(130)
def wrong_values(forge: Forge) -> Iterator[Attempt]:
    """Rightly signed JSON with one value that the contract does not allow."""
    wrong: list[tuple[str, Any]] = [
        ("status", "granted"), ("status", None), ("status", ["approved"]), ("status", {"a": 1}), ("status", _GONE),
        ("sub_application_id", _GONE), ("sub_application_id", 7), ("sub_application_id", "x"), ("seq", [1]),
        ("dept", "WJ"), ("dept", _GONE), ("dept", 5), ("event_id", "another"), ("event_id", _GONE), ("event_id", 1),
        ("seq", -1), ("seq", 2**63), ("seq", 1.5), ("seq", "1"), ("seq", True), ("due", "soon"), ("due", "2026-02-30"),
        ("occurred_at", "2026-11-22T09:30:00"), ("occurred_at", "2999-01-01T00:00:00+08:00"), ("occurred_at", 1e400),
        ("result", []), ("result", {"a b": 1}), ("result", {f"f{n}": n for n in range(300)}), ("result", {"x\0": 1}),
        ("reasons", {}), ("reasons", ["no"]), ("reasons", [{"text": "x" * 3000}]), ("reasons", [{"text": "\0"}]),
        ("reasons", [{}] * 60), ("receipt_no", "x" * 65), ("receipt_no", "\ud800"), ("receipt_no", 12), ("fee", "1"),
        ("fee", {"amount": "1.234"}), ("fee", {"amount": -1}), ("idempotency_key", []), ("idempotency_key", "x" * 129),
        ("remedy", 1), ("apply_to", "x" * 201), ("why_again", "x" * 501), ("in_clock", "yes"), ("expected_days", -5),
    ]  # fmt: skip
    while True:
        name, value = forge.lucky.choice(wrong)
        sent = forge.honest(**{name: value})
        yield sent.having(x_event_id="E-of-the-header") if name == "event_id" else sent


@kind(60)
def header_twice(forge: Forge) -> Iterator[Attempt]:
    """A header that came twice, the right one first or last, as servers join it."""
    while True:
        sent = forge.honest()
        name = forge.lucky.choice(["X-Dept-Id", "X-Timestamp", "X-Nonce", "X-Signature", "X-Key-Id"])
        pair = [sent.headers[name], forge.lucky.choice(["WJ", "0", "x", sent.headers[name]])]
        forge.lucky.shuffle(pair)
        yield replace(sent, headers={**sent.headers, name: ",".join(pair)})


@kind(40)
def stripped(forge: Forge) -> Iterator[Attempt]:
    """A header that is not there, or empty."""
    while True:
        name = forge.lucky.choice(["x_dept_id", "x_event_id", "x_timestamp", "x_nonce", "x_signature"])
        yield forge.honest().having(**{name: forge.lucky.choice([None, ""])})


@kind(70)
def another_algorithm(forge: Forge) -> Iterator[Attempt]:
    """The right secret in a way that was not agreed: the sender names the algorithm, or writes the bytes otherwise."""
    while True:
        if forge.lucky.random() < 0.6:
            algorithm = forge.lucky.choice(["sm3", "sha1", "md5", "sha512", "sha3_256", "sha384"])
            extra = forge.lucky.choice([None, algorithm, "none", "hmac-sm3"])
            yield forge.honest(how={"algorithm": algorithm}).having(x_algorithm=extra, x_signature_algorithm=extra)
            continue
        sent = forge.honest()
        raw = base64.b64decode(sent.headers["X-Signature"])
        written = forge.lucky.choice(
            [raw.hex(), base64.b32encode(raw).decode(), f"sha256={sent.headers['X-Signature']}", "none", "null"]
        )
        yield sent.having(x_signature=written)


@kind(60)
def signed_otherwise(forge: Forge) -> Iterator[Attempt]:
    """The right key over another method, path or text."""
    while True:
        how = forge.lucky.choice([{"method": "GET"}, {"method": "post"}, {"method": ""}, {"to": "WJ"}, {"to": "GA/"}])
        yield replace(forge.honest(how=how), path="/callbacks/GA")


@kind(60)
def written_anew(forge: Forge) -> Iterator[Attempt]:
    """The same meaning in other bytes, after signing: another order, another charset, packed."""
    while True:
        sent = forge.honest()
        document = json.loads(sent.body)
        ways: list[tuple[bytes, dict[str, str]]] = [
            (json.dumps(document, sort_keys=True, indent=1).encode(), {}),
            (json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), {}),
            (json.dumps(document).encode("utf-16"), {"content_type": "application/json; charset=utf-16"}),
            (gzip.compress(sent.body), {"content_encoding": "gzip"}),
            (base64.b64encode(sent.body), {"content_transfer_encoding": "base64"}),
        ]
        body, headers = forge.lucky.choice(ways)
        yield replace(sent, body=body).having(**headers)


@kind(30)
def another_method(forge: Forge) -> Iterator[Attempt]:
    """Everything right but the verb."""
    while True:
        method = forge.lucky.choice(["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
        yield replace(forge.honest(how={"method": method}), method=method)
