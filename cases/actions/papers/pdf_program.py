"""A program of its own that opens PDFs with PDFium: whatever a hostile file does to it, the portal stands aside.

It is given a file at a time and answers how many pages it has, and one page as a picture where that is asked for.
It may write no file, take a limited memory and a limited time; its parent (`pdf_reading`) ends it when it is silent.
It imports nothing of the portal.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
from typing import Any, BinaryIO

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_S = 10
PASSWORD = 4  # FPDF_ERR_PASSWORD
MOST_SIDE = 2000
FRAME = struct.Struct("!I")


def main() -> None:
    """Answer until the parent closes the line."""
    import pypdfium2  # type: ignore[import-untyped, unused-ignore]  # first, while files may still be opened

    source, sink = sys.stdin.buffer, sys.stdout.buffer
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (asked := received(source)) is not None:
        content = received(source) or b""
        _limit_time()
        told, picture = _answer(pypdfium2, json.loads(asked), content)
        for part in (json.dumps(told).encode(), picture):
            sink.write(FRAME.pack(len(part)) + part)
        sink.flush()


def _limit_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + CPU_S
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))


def _answer(pdfium: Any, asked: dict[str, int], content: bytes) -> tuple[dict[str, Any], bytes]:
    """`problem`: empty, password or broken."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        return {"pages": 0, "problem": "password" if getattr(error, "err_code", 0) == PASSWORD else "broken"}, b""
    try:
        pages = len(document)
        is_asked = 0 < asked.get("page", 0) <= pages
        return {"pages": pages, "problem": ""}, _drawn(document[asked["page"] - 1], asked["side"]) if is_asked else b""
    except (pdfium.PdfiumError, MemoryError, ValueError, OSError):
        return {"pages": 0, "problem": "broken"}, b""
    finally:
        document.close()


def _drawn(page: Any, side: int) -> bytes:
    """The page as a JPEG whose longer side has `side` points; form fields and notes are drawn with it."""
    longest = max(page.get_size()) or 1
    picture = page.render(scale=min(side, MOST_SIDE) / longest).to_pil().convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return out.getvalue()


def received(source: BinaryIO) -> bytes | None:
    """One part of a message; None where the other side has hung up."""
    head = source.read(FRAME.size)
    return source.read(FRAME.unpack(head)[0]) if len(head) == FRAME.size else None


if __name__ == "__main__":
    main()
