"""Data sharing: the registers and the licence library as the portal reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .application import read_json
from .clock import now
from .files import Answer, refusal
from .library import Library
from .licences import Licence, LicenceLibrary
from .registers import IncompleteQuestion, Registers

HUB = "SJ"
PEOPLE_A_PAGE = 20


class Sharing:
    """Answers questions about people, bodies and things. The data bureau passes on for every department."""

    def __init__(
        self,
        library: Library,
        registers: Registers,
        licences: LicenceLibrary,
        file_secret: str,
    ) -> None:
        self._library = library
        self._registers = registers
        self._licences = licences
        self._file_secret = file_secret

    def interface(self, dept: str, code: str, raw: bytes, told: Mapping[str, Any]) -> Answer:
        """Answer one question to a register."""
        interface = self._library.interfaces.get(code)
        if interface is None or dept not in (interface.dept, HUB):
            return refusal(404, "本部门没有这个接口")
        body = read_json(raw)
        if interface.conditional and not body.get("consent_id"):
            return refusal(403, "有条件共享的数据须有当事人授权")
        inputs = {name: str(value) for name, value in (body.get("inputs") or {}).items() if value not in (None, "")}
        try:
            records = [] if told.get("empty") else self._registers.records(code, inputs)
        except IncompleteQuestion as error:
            return refusal(422, str(error))
        if not records:
            return Answer(200, {"found": False})
        records = [record | (told.get("mismatch") or {}) for record in records]
        several = {"records": records} if len(records) > 1 else {}
        return Answer(200, {"found": True, "data": records[0], **several, "as_of": now().isoformat()})

    def people(self, dept: str, code: str, raw: bytes, told: Mapping[str, Any]) -> Answer:
        """A page of the people who were born up to a day, in the order of their numbers."""
        if code not in self._library.interfaces or dept not in (self._library.interfaces[code].dept, HUB):
            return refusal(404, "本部门没有这个接口")
        body = read_json(raw)
        if not body.get("basis"):
            return refusal(403, "成批查询须写明依据")
        wanted = body.get("filter") or {}
        until = wanted.get("born_until") if isinstance(wanted, dict) else None
        if not isinstance(until, str) or set(wanted) - {"born_until"}:
            return refusal(422, "只能按出生日期（born_until）列名单")
        after = str(body.get("cursor") or "")
        listed = [] if told.get("empty") else sorted(self._registers.born_until(until), key=lambda one: one.id_no)
        page = [person for person in listed if person.id_no > after][:PEOPLE_A_PAGE]
        has_more = bool(page) and page[-1].id_no != listed[-1].id_no
        records = [{"name": person.name, "id_no": person.id_no, "phone": person.phone} for person in page]
        return Answer(
            200, {"records": records, "next": page[-1].id_no if has_more else None, "as_of": now().isoformat()}
        )

    def search(self, dept: str, kind: str, raw: bytes, origin: str) -> Answer:
        """A holder's licences of one kind."""
        if not self._keeps(dept, kind):
            return refusal(404, "本部门没有这种证照")
        holder = read_json(raw).get("holder")
        number = next(filter(None, holder.values()), None) if isinstance(holder, dict) else None
        if not number:
            return refusal(422, "缺少持证主体")
        return Answer(200, [self._wire(dept, licence, origin) for licence in self._licences.search(kind, str(number))])

    def issue(self, dept: str, kind: str, raw: bytes, origin: str) -> Answer:
        """Issue a licence from a result."""
        if not self._keeps(dept, kind):
            return refusal(404, "本部门没有这种证照")
        body = read_json(raw)
        face, holder = body.get("data"), body.get("holder") or {}
        if not isinstance(face, dict) or not isinstance(holder, dict):
            return refusal(422, "缺少照面信息 data 或持证主体 holder")
        reference = str(body.get("reference") or "")[:200]
        licence = self._licences.issue(kind, face, [str(value) for value in holder.values()], reference=reference)
        return Answer(201, self._wire(dept, licence, origin))

    def revoke(self, dept: str, licence_id: str, raw: bytes, origin: str) -> Answer:
        """Revoke a licence."""
        reason = str(read_json(raw).get("reason", ""))
        licence = self._licences.revoke(licence_id, reason)
        return refusal(404, "没有这份证照") if licence is None else Answer(200, self._wire(dept, licence, origin))

    def file(self, licence_id: str) -> Answer:
        """The document of a licence."""
        licence = self._licences.find(licence_id)
        if licence is None:
            return refusal(404, "没有这份证照")
        return Answer(200, self._licences.file(licence), {"Content-Type": "application/pdf"})

    def is_file_token(self, licence_id: str, token: str) -> bool:
        """Whether a file address has the unguessable part that belongs to it."""
        return token == self._licences.file_token(licence_id, self._file_secret)

    def _keeps(self, dept: str, kind: str) -> bool:
        return kind in self._library.licences and dept in (self._library.licences[kind].dept, HUB)

    def _wire(self, dept: str, licence: Licence, origin: str) -> Mapping[str, Any]:
        token = self._licences.file_token(licence.licence_id, self._file_secret)
        return {
            "licence_id": licence.licence_id,
            "kind": licence.kind,
            "data": dict(licence.data),
            "issued_on": licence.issued_on,
            "valid_to": licence.valid_to,
            "status": licence.status,
            "file_url": f"{origin}/departments/{dept}/licences/{licence.licence_id}/file?token={token}",
            "trust": licence.trust,
        }
