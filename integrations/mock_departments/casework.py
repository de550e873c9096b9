"""A department's casework: filing once, accepting, deciding, supplements, changes, withdrawal."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .application import Application, read_application, read_json
from .behaviours import Script
from .callbacks import Outbox
from .consequences import Consequences
from .decide import Outcome, Verdict, judge, usual_reasons
from .facts import ApplicationScope
from .library import Library
from .licences import LicenceLibrary
from .registers import Registers
from .results import ResultMaker
from .store import Row, Store

FINAL = ("approved", "rejected", "not_accepted", "withdrawn")
TOLD: dict[str, Outcome] = {"approve": "approve", "reject": "reject", "supplement": "supplement"}
LOOKS_BEFORE_A_PERSON = 5
WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a department says to a request."""

    status: int
    body: Mapping[str, Any] | list[Any] | bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        """The answer as bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


def refusal(status: int, message: str) -> Answer:
    """A refusal with a sentence for a person."""
    return Answer(status, {"message": message})


class Casework:
    """The files of every department. Callers hold the transaction."""

    def __init__(
        self,
        store: Store,
        library: Library,
        registers: Registers,
        licences: LicenceLibrary,
        results: ResultMaker,
        consequences: Consequences,
        outbox: Outbox,
    ) -> None:
        self._store = store
        self._library = library
        self._registers = registers
        self._licences = licences
        self._results = results
        self._consequences = consequences
        self._outbox = outbox

    # -- what the portal asks ---------------------------------------------------------------------------------------
    def file(self, dept: str, key: str, raw: bytes, script: Script) -> Answer:
        """File one application; the same key and bytes again get the same answer and change nothing."""
        earlier = self._earlier_answer(dept, key, "applications", raw)
        if earlier:
            return earlier
        body = read_application(raw)
        bundle, item = body["bundle"].get("code", ""), body["item"].get("id", "")
        matter = body["item"].get("matter", "")
        self._store.insert(
            "applications",
            {
                "dept": dept,
                "key": key,
                "sub_id": body["sub_application_id"],
                "filed_at": time.time(),
                "bundle": bundle,
                "receipt_no": f"{dept}-{self._store.next_number(f'receipt:{dept}'):08d}",
                "item": item,
                "matter": matter,
                "body": raw.decode(),
                "script": json.dumps(asdict(script), ensure_ascii=False),
                "status": "received",
            },
        )
        self._store.effect(dept, key, body["sub_application_id"], "filed")
        row = self.row(dept, key)
        if self._answers_at_once(row, script):
            self._change(row, "accepted", step=None, delay=0, announce=False)
            self.decide(self.row(dept, key), announce=False)
        elif script.decide != "silence":
            self._set_step(row, "accept", script.accept_s)
        return self._keep(dept, key, "applications", raw, self._status_answer(self.row(dept, key)))

    def status(self, dept: str, name: str) -> Answer:
        """What became of an application, by key, by its id or by its receipt number."""
        row = self._store.one(
            "SELECT * FROM applications WHERE dept = ? AND ? IN (key, sub_id, receipt_no) ORDER BY filed_at DESC",
            dept,
            name,
        )
        if row is None:
            return refusal(404, "没有收到过这个办件")
        return Answer(200, self._status_body(row))

    def supplement(self, dept: str, name: str, key: str, raw: bytes) -> Answer:
        """Take the answers to a request for supplements and go on deciding."""
        path = f"applications/{name}/supplements"
        earlier = self._earlier_answer(dept, key, path, raw)
        if earlier:
            return earlier
        row, body = self._find(dept, name), read_json(raw)
        if row is None:
            return refusal(404, "没有收到过这个办件")
        if body.get("owed"):
            return self._keep(dept, key, path, raw, self._take_owed(row, body))
        if row["status"] != "supplement":
            return self._keep(dept, key, path, raw, Answer(409, self._status_body(row)))
        self._merge(row, body)
        self._store.effect(dept, row["key"], row["sub_id"], "supplemented", str(body.get("round", "")))
        script = Script(**json.loads(row["script"]))
        if self._is_sync(row, script) and not script.is_slow:
            self._change(row, "accepted", step=None, delay=0, announce=False)
            self.decide(self.row(dept, row["key"]), announce=False)
        else:
            self._change(row, "accepted", step="decide", delay=script.deciding_s, announce=False)
        return self._keep(dept, key, path, raw, self._status_answer(self.row(dept, row["key"])))

    def _take_owed(self, row: Row, body: Mapping[str, Any]) -> Answer:
        """A paper that was promised for later, or a corrected value: no supplement was asked for, none is counted."""
        self._merge(row, body, is_round=False)
        self._store.effect(row["dept"], row["key"], row["sub_id"], "owed_paper")
        return self._status_answer(self.row(row["dept"], row["key"]))

    def withdraw(self, dept: str, name: str, raw: bytes) -> Answer:
        """Take an application back unless it has been decided."""
        row, body = self._find(dept, name), read_json(raw)
        if row is None:
            return refusal(404, "没有收到过这个办件")
        if row["status"] in FINAL and row["status"] != "withdrawn":
            return Answer(409, self._status_body(row))
        if row["status"] != "withdrawn":
            self._change(row, "withdrawn", step=None, delay=0, announce=False, detail=str(body.get("reason", "")))
        return Answer(200, self._status_body(self.row(dept, row["key"])))

    def change(self, dept: str, name: str, raw: bytes) -> Answer:
        """Take changed fields of a live application and decide it anew; one that ended otherwise stays as it is."""
        row, body = self._find(dept, name), read_json(raw)
        if row is None:
            return refusal(404, "没有收到过这个办件")
        if row["status"] in FINAL and row["status"] != "approved":
            return Answer(409, self._status_body(row))
        self._merge(row, body)
        self._store.effect(dept, row["key"], row["sub_id"], "changed", str(body.get("round", "")))
        if row["status"] == "approved":
            self._decide_anew(self.row(dept, row["key"]))
        return self._status_answer(self.row(dept, row["key"]))

    def _decide_anew(self, row: Row) -> None:
        script = Script(**json.loads(row["script"]))
        if self._answers_at_once(row, script):
            self.decide(row, announce=False)
        else:
            self._change(row, "accepted", step="decide", delay=script.deciding_s, announce=False)

    # -- what happens by and by -------------------------------------------------------------------------------------
    def take_step(self, row: Row) -> None:
        """The next step of an application whose time has come."""
        script = Script(**json.loads(row["script"]))
        if row["step"] == "accept" and script.decide == "not_accepted":
            reasons = script.reasons or usual_reasons(self._application(row).item, "reject")
            self._change(row, "not_accepted", step=None, delay=0, reasons=reasons)
        elif row["step"] == "accept":
            self._change(row, "accepted", step="special" if script.special else "decide", delay=script.deciding_s)
        elif row["step"] == "special":
            self._change(row, "special_procedure", step="special_end", delay=_seconds(script), more=_procedure(script))
        elif row["step"] == "special_end":
            self._change(row, "special_procedure_ended", step="decide", delay=0, more=_procedure(script))
        else:
            self.decide(row)

    def decide(self, row: Row, *, announce: bool = True) -> None:
        """Decide an application by script or by the item's rules; a person stands in where a machine may not."""
        script, application = Script(**json.loads(row["script"])), self._application(row)
        scope = ApplicationScope(application, self._library, self._registers, self._licences)
        verdict = self._verdict(row, script, application, scope)
        self._store.run(
            "UPDATE applications SET findings = ? WHERE dept = ? AND key = ?",
            json.dumps(verdict.findings, ensure_ascii=False),
            row["dept"],
            row["key"],
        )
        if verdict.outcome == "wait" and row["looks"] < LOOKS_BEFORE_A_PERSON:
            self._store.run(
                "UPDATE applications SET looks = looks + 1 WHERE dept = ? AND key = ?", row["dept"], row["key"]
            )
            self._set_step(row, "decide", max(script.deciding_s, WAIT_S))
        elif verdict.outcome == "person" and not announce:
            self._set_step(row, "person", script.deciding_s)
        elif verdict.outcome in ("reject", "supplement"):
            status = "rejected" if verdict.outcome == "reject" else "supplement"
            self._change(row, status, step=None, delay=0, reasons=verdict.reasons, announce=announce)
        else:
            self._approve(row, script, application, scope, announce)

    def _verdict(self, row: Row, script: Script, application: Application, scope: ApplicationScope) -> Verdict:
        """What is to be done; a second supplement is never asked for, a person takes the case instead."""
        told = TOLD.get(script.decide)
        if told == "approve":
            return Verdict("approve")
        if told == "reject" or (told == "supplement" and row["round"] == 0):
            return Verdict(told, script.reasons or usual_reasons(application.item, told))
        verdict = judge(application, scope)
        if verdict.outcome == "reject" and application.body.get("disputed"):
            return Verdict("person", findings=verdict.findings)
        if verdict.outcome == "supplement" and row["round"] > 0:
            return Verdict("person", findings=verdict.findings)
        return verdict

    def _approve(
        self, row: Row, script: Script, application: Application, scope: ApplicationScope, announce: bool
    ) -> None:
        result = self._results.result(application, scope) | script.result
        self._consequences.follow(application, result)
        self._change(row, "approved", step=None, delay=0, result=result, announce=announce)

    # -- keeping files ----------------------------------------------------------------------------------------------
    def row(self, dept: str, key: str) -> Row:
        """The file of a key that is known."""
        row = self._store.one("SELECT * FROM applications WHERE dept = ? AND key = ?", dept, key)
        assert row is not None
        return row

    def _find(self, dept: str, name: str) -> Row | None:
        return self._store.one(
            "SELECT * FROM applications WHERE dept = ? AND ? IN (key, sub_id, receipt_no) ORDER BY filed_at DESC",
            dept,
            name,
        )

    def _application(self, row: Row) -> Application:
        return Application(json.loads(row["body"]), self._library.item(row["bundle"], row["item"]))

    def _is_sync(self, row: Row, script: Script) -> bool:
        item = self._library.item(row["bundle"], row["item"])
        system = self._library.departments.get(row["dept"], {}).get("system", "api-callback")
        connect = script.connect or (item.entry.get("connect") if item else system)
        return connect == "api-sync"

    def _answers_at_once(self, row: Row, script: Script) -> bool:
        return self._is_sync(row, script) and not script.is_slow

    def _merge(self, row: Row, more: Mapping[str, Any], *, is_round: bool = True) -> None:
        body = json.loads(row["body"])
        body["fields"] = {**(body.get("fields") or {}), **(more.get("fields") or {})}
        body["materials"] = [*(body.get("materials") or []), *(more.get("materials") or [])]
        self._store.run(
            "UPDATE applications SET body = ?, round = round + ? WHERE dept = ? AND key = ?",
            json.dumps(body, ensure_ascii=False),
            int(is_round),
            row["dept"],
            row["key"],
        )

    def _set_step(self, row: Row, step: str, delay: float) -> None:
        self._store.run(
            "UPDATE applications SET step = ?, next_at = ? WHERE dept = ? AND key = ?",
            step,
            time.time() + delay,
            row["dept"],
            row["key"],
        )

    def _change(
        self,
        row: Row,
        status: str,
        *,
        step: str | None,
        delay: float,
        result: Mapping[str, Any] | None = None,
        reasons: list[dict[str, object]] | None = None,
        announce: bool = True,
        more: Mapping[str, Any] | None = None,
        detail: str = "",
    ) -> None:
        """Bring an application to a status, note the effect and tell the portal."""
        seq = row["seq"] + 1
        self._store.run(
            "UPDATE applications SET status = ?, seq = ?, result = ?, reasons = ?, step = ?, next_at = ?"
            " WHERE dept = ? AND key = ?",
            status,
            seq,
            json.dumps(result or {}, ensure_ascii=False),
            json.dumps(reasons or [], ensure_ascii=False),
            step,
            time.time() + delay if step else None,
            row["dept"],
            row["key"],
        )
        self._store.effect(row["dept"], row["key"], row["sub_id"], status, detail)
        if announce:
            self._outbox.announce(self.row(row["dept"], row["key"]), more or {})

    def _status_body(self, row: Row) -> dict[str, Any]:
        return {
            "receipt_no": row["receipt_no"],
            "sub_application_id": row["sub_id"],
            "status": row["status"],
            "due": json.loads(row["body"]).get("due"),
            "result": json.loads(row["result"]),
            "reasons": json.loads(row["reasons"]),
        }

    def _status_answer(self, row: Row) -> Answer:
        decided = row["status"] in (*FINAL, "supplement")
        return Answer(200 if decided else 202, self._status_body(row))

    def _earlier_answer(self, dept: str, key: str, path: str, raw: bytes) -> Answer | None:
        """The answer this key has got before; a refusal where the bytes or the purpose differ from then."""
        row = self._store.one("SELECT * FROM answers WHERE dept = ? AND key = ?", dept, key)
        if row is None:
            return None
        if (row["path"], row["body_sha256"]) == (path, hashlib.sha256(raw).hexdigest()):
            return Answer(row["status"], row["answer"])
        self._store.effect(dept, key, "", "key_misused", path)
        return refusal(422, "同一幂等键的内容与上次不同")

    def _keep(self, dept: str, key: str, path: str, raw: bytes, answer: Answer) -> Answer:
        self._store.insert(
            "answers",
            {
                "dept": dept,
                "key": key,
                "path": path,
                "body_sha256": hashlib.sha256(raw).hexdigest(),
                "status": answer.status,
                "answer": answer.raw,
            },
        )
        return answer


def _seconds(script: Script) -> float:
    return float(str((script.special or {}).get("seconds", 1)))


def _procedure(script: Script) -> dict[str, Any]:
    special = script.special or {}
    return {
        "procedure": special.get("procedure", "现场核查"),
        "expected_days": special.get("expected_days", 5),
        "in_clock": special.get("in_clock", False),
    }
