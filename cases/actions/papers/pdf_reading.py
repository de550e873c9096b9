"""PDFs as the portal sees them: how many pages, and a page as a picture; read by a program of its own.

PDFium is large and files come from anybody, so it never runs inside the portal (`pdf_program`). One reader stays at
hand in each process of the portal, is ended when it is silent for too long, and started again for the next file.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic

import structlog

from cases.actions.papers.pdf_program import FRAME

log = structlog.get_logger(__name__)

PROGRAM = Path(__file__).with_name("pdf_program.py")
ANSWER_S, START_S = 8.0, 20.0
FILES_EACH = 200
PASSWORD, BROKEN = "password", "broken"
_CLEAN = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Read:
    """What a PDF is. `problem`: empty, PASSWORD or BROKEN; `picture`: a JPEG, empty where no page was asked for."""

    pages: int
    problem: str
    picture: bytes


class Silent(Exception):
    """The reader died or took too long over a file."""


class _Reader:
    """The program and the line to it; used by one thread at a time."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.files = 0
        self._program = subprocess.Popen(
            [sys.executable, "-I", str(PROGRAM)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_CLEAN, cwd="/",
        )  # fmt: skip

    def ask(self, content: bytes, page: int, side: int) -> Read:
        assert self._program.stdin and self._program.stdout
        until = monotonic() + (ANSWER_S if self.files else START_S)
        self.files += 1
        try:
            for part in (json.dumps({"page": page, "side": side}).encode(), content):
                self._program.stdin.write(FRAME.pack(len(part)) + part)
            self._program.stdin.flush()
            told = json.loads(self._part(until))
            return Read(told["pages"], told["problem"], self._part(until))
        except (OSError, ValueError, KeyError) as error:
            raise Silent from error

    def _part(self, until: float) -> bytes:
        (length,) = FRAME.unpack(self._exactly(FRAME.size, until))
        return self._exactly(length, until)

    def _exactly(self, count: int, until: float) -> bytes:
        assert self._program.stdout
        line, got = self._program.stdout.fileno(), b""
        while len(got) < count:
            ready, _, _ = select.select([line], [], [], max(until - monotonic(), 0))
            piece = os.read(line, count - len(got)) if ready else b""
            if not piece:
                raise Silent
            got += piece
        return got

    def end(self) -> None:
        if self.owner != os.getpid():
            return  # a copy of the parent's, after a fork: the program is not ours
        self._program.kill()
        self._program.wait()
        for line in (self._program.stdin, self._program.stdout):
            if line:
                with contextlib.suppress(OSError):
                    line.close()


_turn = Lock()
_reader: _Reader | None = None


def read(content: bytes, *, page: int = 0, side: int = 0) -> Read:
    """The number of pages; with `page` (from 1) also that page, `side` points along its longer side.

    A file over which the reader dies or falls silent is BROKEN.
    """
    global _reader
    with _turn:
        if _reader is None or _reader.owner != os.getpid() or _reader.files >= FILES_EACH:
            _end()
            _reader = _Reader()
        try:
            return _reader.ask(content, page, side)
        except Silent:
            log.warning("pdf_reader_fell_silent", bytes=len(content))
            _end()
            return Read(0, BROKEN, b"")


def _end() -> None:
    global _reader
    if _reader is not None:
        _reader.end()
    _reader = None
