"""The files that departments keep of applications: found, changed with their effects, and told of."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .application import body_in
from .callbacks import Outbox
from .conditions import Conditions
from .scripts import Script, procedure_of, script_in
from .store import Row, Store

CORRECTED: list[dict[str, object]] = [{"code": "C01", "about": None, "text": "原办理结果有误"}]
FINAL = ("approved", "rejected", "not_accepted", "withdrawn")


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


def script_of(row: Row) -> Script:
    """How this application was told to be handled when it was filed."""
    return script_in(row["script"])


def _special_of(row: Row, script: Script) -> Mapping[str, Any]:
    """The special procedure that runs or has just ended; its place stands behind the name of the next step."""
    place = (row["step"] or "").partition(":")[2]
    following = int(place) if place.isdigit() else len(script.specials)
    specials = script.specials or [{}]
    return specials[min(following, len(specials)) - (row["status"] == "special_procedure_ended")]


class Files:
    """Every department's files. Callers hold the transaction."""

    def __init__(self, store: Store, outbox: Outbox, conditions: Conditions) -> None:
        self._store = store
        self._outbox = outbox
        self._conditions = conditions

    def row(self, dept: str, key: str) -> Row:
        """The file of a key that is known."""
        row = self._store.one("SELECT * FROM applications WHERE dept = ? AND key = ?", dept, key)
        assert row is not None
        return row

    def find(self, dept: str, name: str) -> Row | None:
        """A file by key, by the sub-application's id or by receipt number; of several the newest."""
        return self._store.one(
            "SELECT * FROM applications WHERE (dept, key) IN ("
            " SELECT dept, key FROM applications WHERE dept = ?1 AND key = ?2"
            " UNION SELECT dept, key FROM applications WHERE sub_id = ?2 AND dept = ?1"
            " UNION SELECT dept, key FROM applications WHERE receipt_no = ?2 AND dept = ?1)"
            " ORDER BY filed_at DESC",
            dept,
            name,
        )

    def open(self, dept: str, key: str, body: Mapping[str, Any], raw: bytes, script: str) -> Row:
        """A new file; where the department does not know keys, one more for the same key."""
        knows_keys = self._conditions.of(dept).keys
        if not knows_keys and self._store.one("SELECT 1 FROM applications WHERE dept = ? AND key = ?", dept, key):
            key = f"{key}~{self._store.next_number('filed again')}"
        item, sub_id = body["item"], body["sub_application_id"]
        row = {
            "dept": dept,
            "key": key,
            "sub_id": sub_id,
            "filed_at": time.time(),
            "bundle": body["bundle"].get("code", ""),
            "receipt_no": f"{dept}-{self._store.next_number(f'receipt:{dept}'):08d}",
            "item": item.get("id", ""),
            "matter": item.get("matter", ""),
            "body": raw.decode(),
            "script": script,
            "status": "received",
        }
        self._store.effect(dept, key, sub_id, "filed")
        return self._store.insert_and_read("applications", row)

    def merge(self, row: Row, more: Mapping[str, Any], *, is_round: bool = True) -> Row:
        """The file with further fields and materials in it."""
        body = json.loads(row["body"])
        body["fields"] = {**(body.get("fields") or {}), **(more.get("fields") or {})}
        body["materials"] = [*(body.get("materials") or []), *(more.get("materials") or [])]
        return self._changed(
            row,
            "body = ?, round = round + ?",
            json.dumps(body, ensure_ascii=False),
            int(is_round),
        )

    def set_step(self, row: Row, step: str, delay: float) -> Row:
        """What is to happen next, and in how many seconds."""
        return self._changed(row, "step = ?, next_at = ?", step, time.time() + delay)

    def change(
        self,
        row: Row,
        status: str,
        *,
        step: str | None = None,
        delay: float = 0,
        result: Mapping[str, Any] | None = None,
        reasons: list[dict[str, object]] | None = None,
        announce: bool = True,
        detail: str = "",
    ) -> Row:
        """Bring an application to a status, note the effect and tell the portal."""
        changed = self._changed(
            row,
            "status = ?, seq = seq + 1, result = ?, reasons = ?, step = ?, next_at = ?",
            status,
            json.dumps(result or {}, ensure_ascii=False),
            json.dumps(reasons or [], ensure_ascii=False),
            step,
            time.time() + delay if step else None,
        )
        self._store.effect(row["dept"], row["key"], row["sub_id"], status, detail)
        if announce:
            self.announce(changed)
        return changed

    def note_findings(self, row: Row, findings: list[dict[str, object]]) -> None:
        """Keep what every rule found."""
        if findings:
            text = json.dumps(findings, ensure_ascii=False)
            self._store.run(
                "UPDATE applications SET findings = ? WHERE dept = ? AND key = ?", text, row["dept"], row["key"]
            )

    def look_again(self, row: Row, delay: float) -> Row:
        """What is waited for has not come yet: look again later, and count the looks."""
        return self._changed(row, "looks = looks + 1, step = 'decide', next_at = ?", time.time() + delay)

    def give_up(self, row: Row, error: str) -> None:
        """A step that cannot be taken however often it is tried: it stays undecided, and the record says why."""
        self._changed(row, "next_at = NULL")
        self._store.effect(row["dept"], row["key"], row["sub_id"], "stuck", error)

    # -- telling the portal -----------------------------------------------------------------------------------------
    def say_afterwards(self, row: Row, said: Mapping[str, Any]) -> None:
        """Say of an approval that it was corrected or is revoked; the file keeps the approval and its new result."""
        status = str(said.get("status", "result_corrected"))
        result = json.loads(row["result"]) | (said.get("result") or {})
        changed = self._changed(
            row,
            "seq = seq + 1, result = ?, step = NULL, next_at = NULL",
            json.dumps(result, ensure_ascii=False),
        )
        self._store.effect(row["dept"], row["key"], row["sub_id"], status)
        more = {name: said[name] for name in ("result_id",) if name in said}
        told = {"result": result} if status == "result_corrected" else {"result": {}}
        more |= {"status": status, "reasons": said.get("reasons") or CORRECTED, **told}
        self._tell(changed, more)

    def say_it_late(self, row: Row) -> None:
        """Where a department is told so, its approval still arrives after the withdrawal it has confirmed."""
        if "after_withdrawal" in script_of(row).callback_faults:
            self._outbox.announce(row, {"status": "approved", "seq": row["seq"] + 1})

    def announce(self, row: Row) -> None:
        """Tell the portal where an application stands, if the department tells at all."""
        self._tell(row, self._beside(row))

    def _tell(self, row: Row, more: Mapping[str, Any]) -> None:
        if self._conditions.of(row["dept"]).callbacks:
            self._outbox.announce(row, more)

    def status_answer(self, row: Row) -> Answer:
        """Where it stands: 200 once it has been decided or asks for something, 202 before."""
        decided = row["status"] in (*FINAL, "supplement")
        return Answer(200 if decided else 202, self.status_body(row))

    def status_body(self, row: Row) -> dict[str, Any]:
        """Where it stands, in the words of the contract."""
        return {
            "receipt_no": row["receipt_no"],
            "sub_application_id": row["sub_id"],
            "status": row["status"],
            "due": body_in(row["body"]).get("due"),
            "result": json.loads(row["result"]),
            "reasons": json.loads(row["reasons"]),
            **self._beside(row),
        }

    def _beside(self, row: Row) -> dict[str, Any]:
        """What belongs to a status beside result and reasons: a procedure, why once more, a fee."""
        script, status = script_of(row), row["status"]
        beside = dict(script.beside)
        if status in ("special_procedure", "special_procedure_ended"):
            beside |= procedure_of(_special_of(row, script))
        elif status == "supplement" and row["round"] and script.why_again:
            beside["why_again"] = script.why_again
        return beside

    def _changed(self, row: Row, what: str, *values: object) -> Row:
        changed = self._store.one(
            f"UPDATE applications SET {what} WHERE dept = ? AND key = ? RETURNING *", *values, row["dept"], row["key"]
        )
        assert changed is not None
        return changed

    # -- the same key, the same answer ------------------------------------------------------------------------------
    def earlier_answer(self, dept: str, key: str, path: str, raw: bytes) -> Answer | None:
        """The answer this key has got before; a refusal where the bytes or the purpose differ from then.

        A department that does not know keys remembers no answers.
        """
        if not self._conditions.of(dept).keys:
            return None
        row = self._store.one("SELECT * FROM answers WHERE dept = ? AND key = ?", dept, key)
        if row is None:
            return None
        if (row["path"], row["body_sha256"]) == (path, hashlib.sha256(raw).hexdigest()):
            return Answer(row["status"], row["answer"])
        self._store.effect(dept, key, "", "key_misused", path)
        return refusal(422, "同一幂等键的内容与上次不同")

    def keep(self, dept: str, key: str, path: str, raw: bytes, answer: Answer) -> Answer:
        """Remember what a key was answered."""
        if self._conditions.of(dept).keys:
            digest = hashlib.sha256(raw).hexdigest()
            self._store.run(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
                *(dept, key, path, digest, answer.status, answer.raw),
            )
        return answer
