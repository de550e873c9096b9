"""A small client of the portal's own API, as a program of somebody else would use it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

TIMEOUT_S = 15


class Refused(Exception):
    """The portal answered with an error; the message is the portal's own sentence."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        faults = "；".join(f"{fault['path']} {fault['message']}" for fault in error.get("faults", ()))
        super().__init__(f"{status} {error.get('message', '')} {faults}".strip())
        self.status = status
        self.error = error


class ApiClient:
    """Calls API v1 as one person."""

    def __init__(self, base_url: str, username: str, password: str = "") -> None:
        self._base = f"{base_url.rstrip('/')}/api/v1"
        self._headers = {"Content-Type": "application/json"}
        token = self.post("/tokens/", {"username": username, "password": password})["token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Any:
        return self._call("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Any:
        return self._call("POST", path, body or {}, headers)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PATCH", path, body, {})

    def upload(self, path: str, fields: Mapping[str, str], file: bytes) -> Any:
        """Post a PDF with its fields, as a form of a browser would."""
        mark = uuid4().hex
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n'
        lead = "".join(parts) + head + "Content-Type: application/pdf\r\n\r\n"
        payload = lead.encode() + file + f"\r\n--{mark}--\r\n".encode()
        return self._send("POST", path, payload, {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Any:
        payload = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self._send(method, path, payload, headers)

    def _send(self, method: str, path: str, payload: bytes | None, headers: Mapping[str, str]) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self._base + path, payload, self._headers | named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise Refused(refusal.code, _error_in(refusal.read())) from refusal


def _error_in(body: bytes) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads(body)["error"]
        return found
    except (ValueError, KeyError, TypeError):
        return {"message": "没有可读的答复"}
