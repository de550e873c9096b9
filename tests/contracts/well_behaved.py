"""A department that keeps every sentence of the contract, in memory, so that mutants of it can break one each."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

Said = tuple[int, Any]
LIMIT = 1024 * 1024
DECIDED = ("approved", "rejected", "not_accepted", "withdrawn")
KEY_ID, SECRET, DEPT = "WJ-9", b"example-secret-of-at-least-32-characters", "WJ"
LIN = "350203199603150041"


class WellBehaved:
    """Takes, decides a moment later and calls back; `is_sync` decides at once. Each method can be got wrong."""

    is_sync = False
    decide_after_s = 0.05
    retry_s = 0.1

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.filings: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, tuple[bytes, Said]] = {}
        self.nonces: set[str] = set()
        self.licences: dict[str, dict[str, Any]] = {}
        self.threads: list[threading.Thread] = []
        self.ended = threading.Event()

    # -- the door ---------------------------------------------------------------------------------------------------
    def receive(self, method: str, path: str, headers: Any, size: int, body: bytes) -> Said:
        if self.is_too_large(size):
            return 413, {}
        if not self.is_signed(method, path, headers, body):
            return 401, {}
        try:
            return self.act(method, path, headers, body)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return self.not_in_contract()

    def is_too_large(self, size: int) -> bool:
        return size > LIMIT

    def not_in_contract(self) -> Said:
        return 400, {}

    def act(self, method: str, path: str, headers: Any, body: bytes) -> Said:
        parts = path.strip("/").split("/")
        if method == "GET":
            return self.status_of(parts[1])
        if parts[0] == "interfaces":
            return self.interface(parts[1], self.read(body))
        if parts[0] == "licences":
            return self.licence(parts[1:], self.read(body))
        return self.once(headers.get("Idempotency-Key"), path, body)

    # -- who speaks -------------------------------------------------------------------------------------------------
    def is_signed(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        stamp, nonce = headers.get("X-Timestamp") or "", headers.get("X-Nonce") or ""
        if not self.is_known(headers.get("X-Key-Id")) or not nonce or not self.is_timely(stamp):
            return False
        right = self.sign(self.signed_text(method, path, stamp, nonce, body))
        if not hmac.compare_digest(right, headers.get("X-Signature") or ""):
            return False
        return self.is_first_use(nonce)

    def is_known(self, key_id: str | None) -> bool:
        return key_id == KEY_ID

    def is_timely(self, stamp: str) -> bool:
        return stamp.isdecimal() and len(stamp) < 13 and abs(time.time() - int(stamp)) <= 300

    def signed_text(self, method: str, path: str, stamp: str, nonce: str, body: bytes) -> bytes:
        return "\n".join([method, path, stamp, nonce, hashlib.sha256(body).hexdigest()]).encode()

    def sign(self, text: bytes) -> str:
        return base64.b64encode(hmac.digest(SECRET, text, "sha256")).decode()

    def is_first_use(self, nonce: str) -> bool:
        with self.lock:
            is_new = nonce not in self.nonces
            self.nonces.add(nonce)
            return is_new

    # -- once -------------------------------------------------------------------------------------------------------
    def once(self, key: str | None, path: str, body: bytes) -> Said:
        if not key:
            return 400, {}
        with self.lock:
            if key in self.answers:
                return self.repeated(key, path.encode() + body)
            code, said = self.carry_out(key, path.strip("/").split("/")[1:], self.read(body))
            if code < 300 or code == 409:
                self.answers[key] = (path.encode() + body, (code, said))
            return code, said

    def repeated(self, key: str, sent: bytes) -> Said:
        first, said = self.answers[key]
        return said if first == sent else (422, {})

    def read(self, body: bytes) -> dict[str, Any]:
        document = json.loads(body.decode())
        if not isinstance(document, dict):
            raise ValueError("not an object")
        return document

    def carry_out(self, key: str, below: list[str], sent: dict[str, Any]) -> Said:
        if not below:
            return self.file(key, sent)
        filing = self.filings.get(below[0])
        verbs = {"supplements": self.supplement, "withdraw": self.withdraw, "changes": self.change}
        if filing is None or len(below) != 2 or below[1] not in verbs:
            return 404, {}
        return verbs[below[1]](filing, sent)

    # -- the work ---------------------------------------------------------------------------------------------------
    def file(self, key: str, sent: dict[str, Any]) -> Said:
        if sent["contract"] != 1 or not isinstance(sent["fields"], dict):
            return 400, {}
        number = self.receipt_no()
        filing = {"key": key, "id": str(sent["sub_application_id"]), "receipt_no": number, "status": "received"}
        filing |= {"fields": sent["fields"], "url": sent.get("callback_url"), "seq": 0, "result": {}, "reasons": []}
        for name in (key, filing["id"], filing["receipt_no"]):
            self.filings[name] = filing
        return self.go_on(filing)

    def receipt_no(self) -> str:
        return f"WJ-{len({id(one) for one in self.filings.values()}) + 1:08d}"

    def go_on(self, filing: dict[str, Any]) -> Said:
        if self.is_sync:
            self.decide(filing)
            self.later(self.come_back_to, filing)
            return 200, self.told(filing)
        self.later(self.decide_and_tell, filing)
        return 202, self.told(filing)

    def decide(self, filing: dict[str, Any]) -> None:
        with self.lock:
            if filing["status"] in {"received", "accepted"}:
                has_address = bool(filing["fields"].get("mother_live"))
                filing["status"] = "approved" if has_address else "supplement"
                filing["result"] = {"file_no": "YE1"} if has_address else {}
                filing["reasons"] = [] if has_address else [{"about": "mother_live", "text": "请填写现居住地址"}]

    def supplement(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        if sent.get("owed") or filing["status"] in DECIDED:
            return 409 if filing["status"] in DECIDED else 200, self.told(filing)
        return self.change(filing, sent)

    def change(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        if filing["status"] in DECIDED:
            return 409, self.told(filing)
        filing["fields"] = filing["fields"] | sent.get("fields", {})
        filing |= {"status": "accepted", "reasons": []}
        return self.go_on(filing)

    def withdraw(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        if filing["status"] in DECIDED and filing["status"] != "withdrawn":
            return 409, self.told(filing)
        filing |= {"status": "withdrawn", "reasons": []}
        return 200, self.told(filing)

    def status_of(self, name: str) -> Said:
        filing = self.filings.get(name)
        return (200, self.told(filing)) if filing else (404, {})

    def told(self, filing: dict[str, Any]) -> dict[str, Any]:
        said = {name: filing[name] for name in ("receipt_no", "status", "result", "reasons")}
        more = filing.get("more", {}) if filing["status"].startswith("special") else {}
        return said | more | {"sub_application_id": filing["id"]}

    # -- callbacks --------------------------------------------------------------------------------------------------
    def decide_and_tell(self, filing: dict[str, Any]) -> None:
        self.ended.wait(self.decide_after_s)
        if filing["fields"].get("inspect") and not self.inspect(filing):
            return
        with self.lock:
            if filing["status"] not in {"received", "accepted"}:
                return
            self.decide(filing)
            filing["seq"] += 1
            event = self.event(filing)
        self.tell(filing["url"], event)
        self.come_back_to(filing)

    def inspect(self, filing: dict[str, Any]) -> bool:
        """A special procedure before the decision; whether the filing is still to be decided after it."""
        self.say(filing, "special_procedure", procedure="现场踏勘", expected_days=3)
        self.ended.wait(self.decide_after_s)
        self.say(filing, "special_procedure_ended")
        with self.lock:
            is_open = filing["status"] == "special_procedure_ended"
            filing["status"] = "accepted" if is_open else filing["status"]
        return is_open

    def say(self, filing: dict[str, Any], status: str, **more: Any) -> None:
        with self.lock:
            if filing["status"] in DECIDED:
                return
            filing |= {"status": status, "more": more, "seq": self.next_seq(filing)}
            event = self.event(filing)
        self.tell(filing["url"], event)

    def next_seq(self, filing: dict[str, Any]) -> int:
        return int(filing["seq"]) + 1

    def come_back_to(self, filing: dict[str, Any]) -> None:
        """What is said after an approval: its result corrected, or taken back."""
        later = filing["fields"].get("later")
        if not later or filing["status"] != "approved":
            return
        self.ended.wait(self.decide_after_s)
        with self.lock:
            filing["seq"] = self.next_seq(filing)
            event = self.event(filing) | self.later_word(later)
        self.tell(filing["url"], event)

    def later_word(self, later: str) -> dict[str, Any]:
        right = {"file_no": "YE2"} if later == "corrected" else {}
        return {"status": f"result_{later}", "result": right, "reasons": [{"text": "编号写错了"}]}

    def event(self, filing: dict[str, Any]) -> dict[str, Any]:
        said = {"event_id": str(uuid4()), "dept": DEPT, "idempotency_key": filing["key"], "seq": filing["seq"]}
        return said | {"occurred_at": datetime.now(UTC).isoformat()} | self.told(filing)

    def tell(self, url: str, event: dict[str, Any]) -> None:
        """Until it is stored, or refused as contrary."""
        while not self.ended.is_set():
            status = self.post(url, event, json.dumps(event, ensure_ascii=False).encode())
            if self.is_settled(status):
                return
            self.ended.wait(self.retry_s)

    def is_settled(self, status: int) -> bool:
        return 200 <= status < 300 or status == 409

    def post(self, url: str, event: dict[str, Any], body: bytes) -> int:
        request = urllib.request.Request(url, body, self.headers_of(url, event, body))
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def headers_of(self, url: str, event: dict[str, Any], body: bytes) -> dict[str, str]:
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        signature = self.sign(self.callback_text(urlsplit(url).path, stamp, nonce, body))
        return {
            "Content-Type": "application/json",
            "X-Dept-Id": DEPT,
            "X-Event-Id": event["event_id"],
            "X-Key-Id": KEY_ID,
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Signature": signature,
        }

    def callback_text(self, path: str, stamp: str, nonce: str, body: bytes) -> bytes:
        return "\n".join(["POST", path, stamp, nonce, hashlib.sha256(body).hexdigest()]).encode()

    def later(self, act: Any, *args: Any) -> None:
        thread = threading.Thread(target=act, args=args, daemon=True)
        thread.start()
        self.threads.append(thread)  # started before it is listed: whoever stops the department waits for all listed

    # -- sharing ----------------------------------------------------------------------------------------------------
    def interface(self, code: str, sent: dict[str, Any]) -> Said:
        if code != "POP_BASIC":
            return 404, {}
        if not sent["consent_id"]:
            return 403, {}
        if sent["inputs"].get("id_no") != LIN:
            return 200, {"found": False}
        return 200, {"found": True, "data": {"alive": True}, "as_of": datetime.now(UTC).isoformat()}

    def licence(self, below: list[str], sent: dict[str, Any]) -> Said:
        if below[1:] == ["search"]:
            return 200, [one for one in self.licences.values() if one["holder"] == sent["holder"]]
        if below[1:] == ["revoke"]:
            found = next((one for one in self.licences.values() if one["licence_id"] == below[0]), None)
            return self.revoked(found) if found else (404, {})
        return 201, self.kept(sent)

    def kept(self, sent: dict[str, Any]) -> dict[str, Any]:
        made = {"licence_id": str(uuid4()), "holder": sent["holder"], "data": sent["data"], "status": "有效"}
        return self.licences.setdefault(sent["reference"], made)

    def revoked(self, licence: dict[str, Any]) -> Said:
        licence["status"] = "注销"
        return 200, licence

    # -- running ----------------------------------------------------------------------------------------------------
    def start(self) -> str:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
        for thread in self.threads:
            thread.join(5)

    def media_type(self) -> str:
        return "application/json"


def _handler_of(department: WellBehaved) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            code, said = department.receive(self.command, self.path, self.headers, size, body)
            raw = json.dumps(said, ensure_ascii=False).encode()
            with suppress(OSError):  # the other side may have gone
                self.send_response(code)
                self.send_header("Content-Type", department.media_type())
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Door
