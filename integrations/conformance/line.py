"""The line to a department: one request at a time on a connection of its own, every answer timed and kept."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urlsplit

CONNECT_S, TOTAL_S = 2.0, 8.0
LARGEST_ANSWER = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_s: float

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def __str__(self) -> str:
        return f"HTTP {self.status} {self.body[:120].decode('utf-8', 'replace')}".strip()


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nothing that could be read came back."""

    kind: str
    elapsed_s: float
    status: int = 0

    def __str__(self) -> str:
        return f"no answer ({self.kind}, {self.elapsed_s:.1f} s)"


Ended = Reply | NoReply


class Line:
    """One department's address. `path` counts from the root of the host: it is what gets signed."""

    def __init__(self, url: str, *, total_s: float = TOTAL_S, ca_file: str = "") -> None:
        parts = urlsplit(url.rstrip("/"))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"not an address of a department: {url}")
        self.root, self._secure = parts.path, parts.scheme == "https"
        self.host, self._total_s = parts.hostname, total_s
        self._port = parts.port or (443 if self._secure else 80)
        # Certificate and host name are checked, as the portal does; a file that cannot be read is an OSError here.
        self._tls = ssl.create_default_context(cafile=ca_file or None) if self._secure else None

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Ended:
        """One request and its answer; no redirect is followed, nothing is tried again."""
        started = time.monotonic()
        connection = self._connection()
        try:
            return self._exchange(connection, method, path, headers, body, started)
        except ssl.SSLCertVerificationError as error:
            return NoReply(f"certificate: {error.verify_message}", time.monotonic() - started)
        except TimeoutError:
            return NoReply("time-out", time.monotonic() - started)
        except (OSError, http.client.HTTPException) as error:
            return NoReply(type(error).__name__, time.monotonic() - started)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is not None:
            return http.client.HTTPSConnection(self.host, self._port, timeout=CONNECT_S, context=self._tls)
        return http.client.HTTPConnection(self.host, self._port, timeout=CONNECT_S)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        started: float,
    ) -> Ended:
        connection.connect()
        connection.sock.settimeout(self._total_s)
        hanging_up = Timer(self._total_s, _hang_up, [connection.sock])  # whatever drips in meanwhile
        hanging_up.start()
        try:
            return self._answer(connection, method, path, headers, body, started)
        finally:
            hanging_up.cancel()

    def _answer(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        started: float,
    ) -> Ended:
        try:
            connection.request(method, path, body or None, {**headers, "Accept-Encoding": "identity"})
        except (BrokenPipeError, ConnectionResetError):  # it may have answered before it had read all
            if connection.sock is None:
                raise
        answer = connection.getresponse()
        read = self._read(answer)
        elapsed = time.monotonic() - started
        if read is None or elapsed >= self._total_s:
            kind = "larger than 1 MiB" if read is None else f"slower than {self._total_s:g} s"
            return NoReply(kind, elapsed, answer.status)
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, read, elapsed)

    def _read(self, answer: http.client.HTTPResponse) -> bytes | None:
        """The body; None where it has more than 1 MiB."""
        read = answer.read(LARGEST_ANSWER + 1)
        return None if len(read) > LARGEST_ANSWER else read


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):  # it may have ended by itself
        line.shutdown(socket.SHUT_RDWR)
