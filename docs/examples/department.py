"""A department in one file, standard library only: it opens parenting files. To run it: docs/department-guide.md."""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

KEYS = {os.environ["DEPT_KEY_ID"]: os.environ["DEPT_SECRET"].encode()}
LIMIT, VERBS = 1024 * 1024, {"", "supplements", "withdraw", "changes"}
TABLES = """PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS filings (key TEXT PRIMARY KEY, sub_id TEXT, fields TEXT, answer TEXT);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, sent BLOB, code INTEGER, answer TEXT);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, at REAL);
"""


def is_signed(method: str, path: str, headers: Any, body: bytes, store: sqlite3.Connection) -> bool:
    """Whether a key of ours signed exactly this, within five minutes, and not a second time."""
    secret, stamp, nonce = KEYS.get(headers["X-Key-Id"]), headers["X-Timestamp"] or "", headers["X-Nonce"]
    if secret is None or not nonce or not stamp.isdecimal() or abs(time.time() - int(stamp)) > 300:
        return False
    message = "\n".join([method, path, stamp, nonce, hashlib.sha256(body).hexdigest()]).encode()
    right = base64.b64encode(hmac.digest(secret, message, "sha256"))
    if not hmac.compare_digest(right, (headers["X-Signature"] or "").encode()):
        return False
    store.execute("DELETE FROM nonces WHERE at < ?", [time.time() - 24 * 3600])
    return store.execute("INSERT OR IGNORE INTO nonces VALUES (?, ?)", [nonce, time.time()]).rowcount == 1


def decide(sub_id: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The department's own rule: without an address it asks for one, with it the file is opened."""
    answer = {"receipt_no": f"WJ-{sub_id[:8]}", "sub_application_id": sub_id, "result": {}, "reasons": []}
    if not fields.get("mother_live"):
        return answer | {"status": "supplement", "reasons": [{"about": "mother_live", "text": "请填写现居住地址"}]}
    return answer | {"status": "approved", "result": {"file_no": f"YE{sub_id[:8]}"}}


class Department(BaseHTTPRequestHandler):
    store = sqlite3.connect(os.environ.get("DEPT_STORE", "department.sqlite"))

    def do_POST(self) -> None:
        """Check and act in one transaction; only when it is written down, answer."""
        size = int(self.headers["Content-Length"] or 0)
        body = self.rfile.read(min(size, 8 * LIMIT))  # what is too large is read away, so that the answer arrives
        try:
            with self.store:
                signed = is_signed(self.command, self.path, self.headers, body, self.store)
                act = self.once if self.command == "POST" else self.look_up
                code, answer = (413, {}) if size > LIMIT else act(body) if signed else (401, {})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            code, answer = 400, {}  # not in the contract
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def do_GET(self) -> None:
        self.do_POST()

    def once(self, body: bytes) -> tuple[int, Any]:
        """The same key with the same bytes gets the first answer again; with other bytes it is refused."""
        key = self.headers["Idempotency-Key"].strip()
        held = self.store.execute("SELECT sent, code, answer FROM answers WHERE key = ?", [key]).fetchone()
        if held is not None:
            return (held[1], json.loads(held[2])) if held[0] == body else (422, {})
        code, answer = self.carry_out(key, json.loads(body))
        self.store.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", [key, body, code, json.dumps(answer)])
        return code, answer

    def carry_out(self, key: str, sent: dict[str, Any]) -> tuple[int, Any]:
        parts = self.path.split("/")  # "", "applications", then the key of a filing and what is asked of it
        of, verb = [*parts[2:], key, ""][:2]
        row = self.store.execute("SELECT sub_id, fields, answer FROM filings WHERE key = ?", [of]).fetchone()
        if parts[1] != "applications" or verb not in VERBS or (verb and row is None):
            return 404, {}
        if row and (held := json.loads(row[2]))["status"] != "supplement":
            return (200 if verb == "withdraw" and held["status"] == "withdrawn" else 409), held  # decided already
        sub_id, fields = (row[0], json.loads(row[1])) if row else (sent["sub_application_id"], {})
        fields |= sent.get("fields", {})
        answer = decide(sub_id, fields) | ({"status": "withdrawn", "reasons": []} if verb == "withdraw" else {})
        kept = (of, sub_id, json.dumps(fields), json.dumps(answer))
        self.store.execute("REPLACE INTO filings VALUES (?, ?, ?, ?)", kept)
        return 200, answer

    def look_up(self, _: bytes) -> tuple[int, Any]:
        found = "SELECT answer FROM filings WHERE ? IN (key, sub_id, json_extract(answer, '$.receipt_no'))"
        row = self.store.execute(found, [self.path.removeprefix("/applications/")]).fetchone()
        return (200, json.loads(row[0])) if row else (404, {})


if __name__ == "__main__":
    Department.store.executescript(TABLES)
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Department).serve_forever()
