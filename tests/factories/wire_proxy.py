"""A line between the portal and a server that can be cut, slowed and stopped: `python -m tests.factories.wire_proxy`.

A process of its own, so that it costs the tests no attention. It knows one word of PostgreSQL's language: COMMIT. Told
to, it cuts a connection at its next COMMIT, either before the server hears of it or after the server has carried it
out and before the client learns so. What was told it on its control port is answered with one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress

COMMIT = b"COMMIT\x00"
# Of CommandComplete: the server has carried the COMMIT out.
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
BEFORE, AFTER = "before", "after"


class Line:
    """What is in force, for all connections."""

    def __init__(self) -> None:
        self.pairs: set[Pair] = set()
        self.delay_s = 0.0
        self.is_hanging = False
        self.is_refusing = False
        self.commits_to_cut = {BEFORE: 0, AFTER: 0}
        self.cut = {BEFORE: 0, AFTER: 0}

    # -- what can be asked for --------------------------------------------------------------------------------------
    def heal(self) -> None:
        """As if nothing had been asked for; what hung goes on."""
        self.delay_s, self.is_refusing = 0.0, False
        self.commits_to_cut = {BEFORE: 0, AFTER: 0}
        self.is_hanging = False
        for pair in list(self.pairs):
            pair.wake()

    def hang(self) -> None:
        """Connections stay, not one byte passes."""
        self.is_hanging = True
        for pair in list(self.pairs):
            pair.sleep()

    def cut_all(self) -> int:
        """Reset every connection; how many there were."""
        pairs = list(self.pairs)
        for pair in pairs:
            pair.break_off()
        return len(pairs)

    def obey(self, words: list[str]) -> dict[str, object]:
        """One command. Raises KeyError for a word it does not know."""
        commands: dict[str, Callable[[], object]] = {
            "heal": self.heal,
            "hang": self.hang,
            "cut": self.cut_all,
            "refuse": lambda: setattr(self, "is_refusing", True),
            "delay": lambda: setattr(self, "delay_s", float(words[1]) / 1000),
            "commits": lambda: self.commits_to_cut.update({words[1]: int(words[2])}),
            "standing": lambda: None,
        }
        done = commands[words[0]]()
        return {
            "done": done,
            "connections": len(self.pairs),
            "cut": self.cut,
            "to_cut": self.commits_to_cut,
        }

    # -- what connections ask ---------------------------------------------------------------------------------------
    def takes(self, when: str) -> bool:
        """Whether this COMMIT is one of those to be cut; it is counted."""
        if not self.commits_to_cut[when]:
            return False
        self.commits_to_cut[when] -= 1
        self.cut[when] += 1
        return True


class Pair:
    """One connection of a client and the one made for it to the server."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.client: asyncio.Transport | None = None
        self.server: asyncio.Transport | None = None
        self._early: list[bytes] = []
        self._waits_for_committed = False

    def from_client(self, chunk: bytes) -> None:
        if COMMIT in chunk and self.line.takes(BEFORE):
            self.break_off()
        else:
            self._waits_for_committed = COMMIT in chunk and self.line.takes(AFTER)
            self._pass_on(chunk, lambda: self.server)

    def from_server(self, chunk: bytes) -> None:
        if self._waits_for_committed:
            if COMMITTED in chunk:
                self.break_off()
            return
        self._pass_on(chunk, lambda: self.client)

    def connected(self, server: asyncio.Transport) -> None:
        """What the client said before the server was there is said now."""
        self.server = server
        early, self._early = self._early, []
        for chunk in early:
            server.write(chunk)
        if self.line.is_hanging:
            self.sleep()

    def sleep(self) -> None:
        for side in (self.client, self.server):
            if side is not None and not side.is_closing():
                side.pause_reading()

    def wake(self) -> None:
        for side in (self.client, self.server):
            if side is not None and not side.is_closing():
                side.resume_reading()

    def break_off(self) -> None:
        """Both sides see a reset connection."""
        self.line.pairs.discard(self)
        for side in (self.client, self.server):
            if side is not None:
                side.abort()

    def end(self) -> None:
        """One side closed in order: the other gets what is under way, then the same."""
        self.line.pairs.discard(self)
        for side in (self.client, self.server):
            if side is not None and not side.is_closing():
                side.close()

    def _pass_on(self, chunk: bytes, side: Callable[[], asyncio.Transport | None]) -> None:
        if self.line.delay_s:
            asyncio.get_running_loop().call_later(self.line.delay_s, self._write, chunk, side)
        else:
            self._write(chunk, side)

    def _write(self, chunk: bytes, side: Callable[[], asyncio.Transport | None]) -> None:
        other = side()
        if other is None:
            self._early.append(chunk)
        elif not other.is_closing():
            other.write(chunk)


class ServerSide(asyncio.Protocol):
    """The connection to the server."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._pair.connected(transport)

    def data_received(self, data: bytes) -> None:
        self._pair.from_server(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._pair.end()


class ClientSide(asyncio.Protocol):
    """The connection of a client, which gets one to the server of its own."""

    def __init__(self, line: Line, target: str) -> None:
        self._pair = Pair(line)
        self._line, self._target = line, target
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._line.is_refusing:
            transport.abort()
            return
        self._pair.client = transport
        self._line.pairs.add(self._pair)
        self._connecting = asyncio.ensure_future(self._connect())

    def data_received(self, data: bytes) -> None:
        self._pair.from_client(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._pair.end()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            if self._target.startswith("/"):
                await loop.create_unix_connection(lambda: ServerSide(self._pair), self._target)
            else:
                host, _, port = self._target.rpartition(":")
                await loop.create_connection(lambda: ServerSide(self._pair), host, int(port))
        except OSError:
            self._pair.break_off()


async def serve(target: str, port: int, control_port: int) -> None:
    """Carry everything that comes to `port` to the target: "host:port", or the path of a socket."""
    line = Line()
    loop = asyncio.get_running_loop()

    async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while words := (await reader.readline()).decode().split():
                writer.write(json.dumps(line.obey(words)).encode() + b"\n")
                await writer.drain()
        writer.close()

    await asyncio.start_server(control, "127.0.0.1", control_port)
    server = await loop.create_server(lambda: ClientSide(line, target), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
