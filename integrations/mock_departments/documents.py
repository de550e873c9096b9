"""A small PDF made by hand: one page, a heading and lines of Chinese text, no font embedded."""

from __future__ import annotations

from collections.abc import Mapping

LINE_HEIGHT = 24
LINES_PER_PAGE = 28


def pdf(heading: str, lines: Mapping[str, object]) -> bytes:
    """A one-page PDF that says what a licence says."""
    texts = [f"{label}：{'' if value is None else value}" for label, value in lines.items()][:LINES_PER_PAGE]
    page = [_text(heading, 20, 60, 780), *(_text(text, 12, 60, 740 - LINE_HEIGHT * n) for n, text in enumerate(texts))]
    page.append(_text("模拟部门签发，仅供演示", 10, 60, 40))
    content = "\n".join(page).encode("ascii")
    return _assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            b" /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light"
            b" /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R"
            b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
            b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
            b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        ]
    )


def _text(text: str, size: int, x: int, y: int) -> str:
    """One line of text: characters as big-endian UCS-2 in hexadecimal, so nothing in them can be read as syntax."""
    plain = "".join(char if ord(char) < 0x10000 else "□" for char in text)
    return f"BT /F1 {size} Tf {x} {y} Td <{plain.encode('utf-16-be').hex()}> Tj ET"


def _assemble(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
