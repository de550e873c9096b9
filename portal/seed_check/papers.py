"""A paper to hand in: the smallest PDF that a reader opens, different for every slot."""

from __future__ import annotations

import io
from itertools import count

_numbers = count(1)


def paper(label: str) -> io.BytesIO:
    """A one-page PDF, named as somebody would name it."""
    number = next(_numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        f"<< /Title (paper {number}) >>".encode(),
    ]
    body = b"%PDF-1.4\n"
    places = []
    for at, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{at} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    body += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    body += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    file = io.BytesIO(body)
    file.name = f"{label[:30]}.pdf".replace("/", "、")
    return file
