"""Files from people: judged by content, cleaned, refused with a way out."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from cases.actions.papers import pdf_reading
from cases.actions.papers.uploads import clean_name, examine
from cases.errors import BadUpload
from tests.factories import papers

PDF_HEAD = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
)
NO_PAGES = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
PDF_TAIL = b"trailer << /Root 1 0 R >>\n%%EOF\n"


def posted(content: bytes, name: str = "户口簿.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **how)
    return out.getvalue()


def pdf(inside: bytes = b"") -> bytes:
    return PDF_HEAD + inside + PDF_TAIL


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return out.getvalue()


def test_a_photo_is_written_anew_without_its_position() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Phone of 林晓岚"
    exif[0x8825] = {1: "N", 2: (24.0, 28.0, 0.0)}
    taken = examine(posted(picture(exif=exif)))
    assert taken.media_type == "image/jpeg"
    assert b"Phone of" not in taken.content
    assert not Image.open(io.BytesIO(taken.content)).getexif()


def test_a_photo_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    taken = examine(posted(picture(size=(40, 30), exif=exif)))
    assert Image.open(io.BytesIO(taken.content)).size == (30, 40)


def test_what_is_hidden_behind_a_picture_is_gone() -> None:
    taken = examine(posted(picture("PNG") + b"<script>alert(1)</script>", "页.png"))
    assert b"<script>" not in taken.content


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP", "TIFF"])
def test_usual_pictures_are_taken_whatever_their_name_says(kind: str) -> None:
    assert examine(posted(picture(kind), "a.txt")).media_type.startswith("image/")


def test_a_plain_pdf_is_kept_byte_by_byte() -> None:
    content = pdf(b"4 0 obj << /Title (page) >> endobj\n")
    taken = examine(posted(content, "出院小结.pdf"))
    assert (taken.content, taken.media_type, taken.name) == (content, "application/pdf", "出院小结.pdf")


HIDDEN = zlib.compress(b"3 0 obj << /S /JavaScript /JS (app.alert(1)) >> endobj")
ACTIVE = {
    "script": b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>",
    "escaped": b"<< /S /J#61vaScript >>",
    "launch": b"<< /S /Launch /F (cmd.exe) >>",
    "attachment": b"<< /Names << /EmbeddedFiles 4 0 R >> >>",
    "packed": b"<< /Type /ObjStm /Length 60 /Filter /FlateDecode >>\nstream\n" + HIDDEN + b"\nendstream\n",
}


@pytest.mark.parametrize("inside", ACTIVE.values(), ids=ACTIVE)
def test_a_pdf_with_something_active_is_refused(inside: bytes) -> None:
    with pytest.raises(BadUpload, match="脚本或附件"):
        examine(posted(pdf(inside), "a.pdf"))


def test_a_pdf_bomb_is_refused_before_it_unfolds() -> None:
    bomb = zlib.compress(b"0" * 200_000_000)
    inside = b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + bomb + b"\nendstream\n"
    with pytest.raises(BadUpload, match="过于复杂"):
        examine(posted(pdf(inside), "a.pdf"))


REFUSED = {
    "empty": (b"", "空文件"),
    "program": (b"MZ\x90\x00" + b"\x00" * 200, "不是照片也不是 PDF"),
    "page": (b"<!doctype html><script>alert(1)</script>", "不是照片也不是 PDF"),
    "drawing": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "不是照片也不是 PDF"),
    "cut pdf": (PDF_HEAD, "不完整"),
    "locked pdf": (pdf(b"<< /Encrypt 5 0 R >>"), "密码"),
    "pdf without a page": (NO_PAGES, "一页也没有"),
    "broken pdf": (b"%PDF-1.7\nnothing of the kind\n%%EOF\n", "打不开"),
    "apple's photo": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "兼容性最佳"),
    "film": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", "视频"),
    "letter": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "另存为 PDF"),
    "newer letter": (zipped("word/document.xml", "[Content_Types].xml"), "另存为 PDF"),
    "ofd": (zipped("OFD.xml", "Doc_0/Document.xml"), "OFD"),
    "archive": (zipped("身份证.jpg"), "压缩包"),
    "cut photo": (picture(size=(400, 400))[:600], "已损坏"),
}


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_kept_is_refused_with_its_reason(content: bytes, said: str) -> None:
    with pytest.raises(BadUpload, match=said):
        examine(posted(content))


def test_whoever_reads_english_is_refused_in_english() -> None:
    with translation.override("en"):
        for content, _said in REFUSED.values():
            with pytest.raises(BadUpload) as refused:
                examine(posted(content, "paper.jpg"))
            assert not re.search("[\u3400-\u9fff]", refused.value.message)


def test_a_file_above_the_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(BadUpload, match="最多 1 MB"):
        examine(posted(picture("BMP", (800, 800))), max_bytes=1024 * 1024)


def test_a_picture_of_absurd_size_is_refused_undecoded() -> None:
    with pytest.raises(BadUpload, match="尺寸太大"):
        examine(posted(picture("PNG", (20_000, 4_000))))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\照片\\户口簿.jpg", "户口簿.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("", "未命名文件"),
    ],
)
def test_names_are_only_for_showing(typed: str, shown: str) -> None:
    assert clean_name(typed) == shown


@pytest.mark.parametrize(
    ("how", "advice"),
    [
        ({}, ""),
        ({"blur": 6}, "blurred"),
        ({"light": 0.25}, "dark"),
        ({"size": (300, 400)}, "small"),
    ],
)
def test_what_is_hard_to_read_is_taken_with_advice(how: dict[str, Any], advice: str) -> None:
    assert examine(posted(papers.photograph(**how))).advice == advice


def test_an_empty_page_is_told_from_a_blurred_one() -> None:
    assert examine(posted(picture(size=(1200, 1600)))).advice == "blank"


def test_a_preview_is_small_and_as_upright_as_the_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    taken = examine(posted(picture(size=(1600, 1200), exif=exif)))
    small = Image.open(io.BytesIO(taken.preview))
    assert (small.size, len(taken.preview) < 20_000) == ((270, 360), True)
    assert not small.getexif()


def test_a_pdf_tells_its_pages_and_shows_the_first() -> None:
    taken = examine(posted(papers.pdf(3), "三页.pdf"))
    assert taken.pages == 3
    assert max(Image.open(io.BytesIO(taken.preview)).size) == 360


def test_a_pdf_of_hundreds_of_pages_is_refused_with_the_way_out() -> None:
    with pytest.raises(BadUpload, match="有 301 页，最多 300 页"):
        examine(posted(papers.pdf(301), "合同.pdf"))


def test_a_reader_that_dies_is_replaced_by_the_next_file() -> None:
    assert pdf_reading.read(papers.PDF).pages == 1
    reader = pdf_reading._reader
    assert reader is not None
    reader._program.kill()
    assert pdf_reading.read(papers.PDF).problem == pdf_reading.BROKEN
    assert pdf_reading.read(papers.PDF).pages == 1


def test_the_reader_may_not_write_and_knows_nothing_of_the_portal() -> None:
    source = pdf_reading.PROGRAM.read_text()
    assert "RLIMIT_FSIZE, (0, 0)" in source
    assert not re.search(r"^\s*(from|import) (cases|bundles|portal|django)", source, re.M)
