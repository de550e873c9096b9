"""The kit in the portal's place: files, asks, supplements, changes and withdraws by the contract."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from .answers import faults_of
from .findings import Failed, Skipped, expect
from .line import Ended, Line, Reply
from .listener import Listener
from .signing import Key, signed_headers
from .strict import NotStrict, read_json

ANSWERS = frozenset({200, 202, 409})
BUSY = frozenset({429, 503})
LOOK_EVERY_S = 0.15
PATIENCE_WITH_BUSY_S = 5.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What to file: the document's own keys over the usual ones, fields that can be decided, fields that cannot.

    The last three, where given, make the department begin a special procedure, correct its result, take it back.
    """

    template: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    incomplete: Mapping[str, Any] = field(default_factory=dict)
    procedure: Mapping[str, Any] | None = None
    corrected: Mapping[str, Any] | None = None
    revoked: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """One sub-application as filed, and what came back."""

    key: str
    sub_id: str
    body: bytes
    ended: Ended

    def answer(self) -> dict[str, Any]:
        """The answer to the filing. Raises Failed where there is none by the contract."""
        return answer_in(self.ended, about=self.sub_id)


@dataclass(slots=True)
class Portal:
    """Everything the checks need: the line, the key, the sample, and where callbacks arrive."""

    line: Line
    dept: str
    key: Key
    sample: Sample
    wait_s: float
    listener: Listener | None = None
    can_be_asked: bool = True
    second_key: Key | None = None
    interface: Mapping[str, Any] | None = None
    licence: Mapping[str, Any] | None = None
    slowest_s: float = 0.0

    # -- the four requests ------------------------------------------------------------------------------------------
    def file(self, *, complete: bool = True, more: Mapping[str, Any] | None = None) -> Filing:
        """File a new sub-application; `complete` picks which of the two samples of fields goes out."""
        key, sub_id = str(uuid4()), str(uuid4())
        body = self.filing_body(sub_id, complete=complete, more=more)
        return Filing(key, sub_id, body, self.post("/applications", body, key))

    def again(self, filing: Filing) -> Filing:
        """The same key with the same bytes, as after an answer that was lost."""
        return replace(filing, ended=self.post("/applications", filing.body, filing.key))

    def ask(self, name: str) -> Ended:
        """Ask by key, by sub-application or by receipt number."""
        if not self.can_be_asked:
            raise Skipped("the department cannot be asked (--no-query)")
        return self.get(f"/applications/{name}")

    def supplement(self, filing: Filing, *, key: str | None = None, owed: bool = False) -> Ended:
        """Answer a supplement request with the complete fields."""
        body: dict[str, Any] = {
            "contract": 1,
            "sub_application_id": filing.sub_id,
            "round": 1001 if owed else 1,
            **({"owed": True} if owed else {}),
            "fields": {} if owed else dict(self.sample.fields),
            "materials": [],
        }
        return self.post(f"/applications/{filing.key}/supplements", encoded(body), key or str(uuid4()))

    def withdraw(self, filing: Filing, *, key: str | None = None) -> Ended:
        body = {"contract": 1, "reason": "符合性测试：申请人撤回"}
        return self.post(f"/applications/{filing.key}/withdraw", encoded(body), key or str(uuid4()))

    def change(self, filing: Filing, *, key: str | None = None) -> Ended:
        """Other values for a filing under way."""
        body = {
            "contract": 1,
            "sub_application_id": filing.sub_id,
            "round": 0,
            "plan_version": 2,
            "fields": dict(self.sample.fields),
            "upstream": {},
        }
        return self.post(f"/applications/{filing.key}/changes", encoded(body), key or str(uuid4()))

    # -- the line, signed -------------------------------------------------------------------------------------------
    def post(self, below: str, body: bytes, key: str | None) -> Ended:
        """A signed POST; a department that is busy and says so is tried again for a moment."""
        path = self.line.root + below
        more = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        return self._patiently(lambda: {**signed_headers(self.key, "POST", path, body), **more}, "POST", path, body)

    def get(self, below: str) -> Ended:
        path = self.line.root + below
        return self._patiently(lambda: signed_headers(self.key, "GET", path, b""), "GET", path, b"")

    def raw(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Ended:
        """A request with headers made elsewhere; `path` counts from the root of the host."""
        ended = self.line.send(method, path, headers, body)
        self.slowest_s = max(self.slowest_s, ended.elapsed_s)
        return ended

    def _patiently(self, headers: Callable[[], Mapping[str, str]], method: str, path: str, body: bytes) -> Ended:
        until = time.monotonic() + PATIENCE_WITH_BUSY_S
        ended = self.raw(method, path, headers(), body)
        while isinstance(ended, Reply) and ended.status in BUSY and time.monotonic() < until:
            time.sleep(min(seconds_asked(ended), max(0.0, until - time.monotonic())))
            ended = self.raw(method, path, headers(), body)
        return ended

    # -- what became of it ------------------------------------------------------------------------------------------
    def known(self, filing: Filing, *, name: str = "") -> dict[str, Any]:
        """What the department says when asked about a filing. Raises Failed."""
        return answer_in(self.ask(name or filing.key), about=filing.sub_id)

    def reaches(self, filing: Filing, statuses: Collection[str]) -> dict[str, Any] | None:
        """The answer once the filing stands at one of the statuses; None where it does not within `wait_s`."""
        until, said = time.monotonic() + self.wait_s, filing.answer()
        while said["status"] not in statuses and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)
            said = self._latest(filing, said)
        return said if said["status"] in statuses else None

    def _latest(self, filing: Filing, said: dict[str, Any]) -> dict[str, Any]:
        if self.can_be_asked:
            return self.known(filing)
        heard = self.listener.about(filing.sub_id) if self.listener else []
        return heard[-1].document if heard and isinstance(heard[-1].document, dict) else said

    def filed_until(self, statuses: Collection[str], *, complete: bool) -> Filing:
        """A filing that stands at one of the statuses. Raises Skipped where the sample does not lead there."""
        filing = self.file(complete=complete)
        if self.reaches(filing, statuses) is None:
            which = "--fields" if complete else "--incomplete"
            raise Skipped(f"no filing came to {' / '.join(sorted(statuses))} within {self.wait_s:g} s (see {which})")
        return filing

    def filing_body(self, sub_id: str, *, complete: bool = True, more: Mapping[str, Any] | None = None) -> bytes:
        """The bytes of a filing of the sample."""
        fields = self.sample.fields if complete else self.sample.incomplete
        template = self.sample.template
        document = _usual(self.dept, sub_id) | dict(template) | {"sub_application_id": sub_id}
        document["fields"] = {**template.get("fields", {}), **fields} if complete else dict(fields)
        document["callback_url"] = self.listener.url if self.listener else f"http://127.0.0.1:9/callbacks/{self.dept}"
        return encoded(document | dict(more or {}))


def encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def seconds_asked(reply: Reply) -> float:
    """What Retry-After asks for, in seconds; half a second where it says nothing that can be counted."""
    text = reply.headers.get("retry-after", "")
    return min(float(text), PATIENCE_WITH_BUSY_S) if text.isascii() and text.isdecimal() else 0.5


def answer_in(ended: Ended, *, about: str) -> dict[str, Any]:
    """The answer in a reply, judged whole. Raises Failed with every fault found."""
    expect(isinstance(ended, Reply), str(ended))
    assert isinstance(ended, Reply)
    expect(ended.status in ANSWERS, f"{ended}")
    expect(ended.media_type == "application/json", f"HTTP {ended.status}, Content-Type: {ended.media_type or 'none'}")
    try:
        document = read_json(ended.body)
    except NotStrict as error:
        raise Failed(f"HTTP {ended.status}: {error}") from error
    faults = faults_of(document, about=about)
    expect(not faults, f"HTTP {ended.status}: {'; '.join(faults)}")
    return dict(document)


def _usual(dept: str, sub_id: str) -> dict[str, Any]:
    """A filing as the portal would send it, but for the item."""
    now = datetime.now().astimezone()
    number = f"350200-KIT-{now:%Y%m%d}-{int(sub_id[:6], 16) % 1000000:06d}-J"
    return {
        "contract": 1,
        "sub_application_id": sub_id,
        "sub_case_no": f"{number}-01",
        "case_no": number,
        "bundle": {"code": "KIT", "version": 1},
        "item": {"id": "KIT", "matter": "kit", "code": "", "instance": None},
        "purpose": "符合性测试",
        "channel": "web",
        "submitted_at": now.isoformat(timespec="seconds"),
        "due": (now + timedelta(days=5)).date().isoformat(),
        "applicant": {"kind": "person", "name": "林晓岚", "id_kind": "ID", "id_no": "350203199603150041"},
        "fields": {},
        "upstream": {},
        "materials": [],
    }
