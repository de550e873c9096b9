"""Taking in a file from a person: by content and never by name, cleaned, refused with a way out.

Allowed are PDF and pictures. Pictures are decoded and written anew, which drops position data and anything hidden
behind the picture. A PDF is kept as it is, unless it carries scripts, launchers, attachments or a password, or cannot
be opened. What can be taken but is hard to read comes with advice; a small preview is made on the way.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from cases.actions.papers import pdf_reading, previews
from cases.actions.papers.file_kinds import way_out_of
from cases.actions.papers.picture_advice import advice_on
from cases.errors import BadUpload
from cases.models import Case, Material, PileFile

MAX_PIXELS = 60_000_000
MAX_NAME = 100
MAX_UNPACKED = 20 * 1024 * 1024
JPEG_QUALITY = 88
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
MOST_PAGES = 300
_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE)(?![A-Za-z0-9])"
)
_STREAM = re.compile(rb"stream\r?\n")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class Posted(Protocol):
    """A file as a form posts it."""

    name: str | None

    def read(self, size: int = ..., /) -> bytes: ...


class Paper(Protocol):
    """What is known of a kept file: examined just now, in the pile, or in a slot."""

    @property
    def name(self) -> str | None: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def media_type(self) -> str: ...
    @property
    def pages(self) -> int: ...
    @property
    def advice(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that can be kept: its bytes as they will be stored. `advice`: one of `picture_advice`, or empty."""

    name: str
    content: bytes
    media_type: str
    sha256: str
    pages: int = 1
    advice: str = ""
    preview: bytes = b""

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class _Cleaned:
    content: bytes
    media_type: str
    preview: bytes
    pages: int = 1
    advice: str = ""


def examine(file: Posted | BinaryIO, *, max_bytes: int | None = None) -> Examined:
    """Check and clean a posted file. Raises BadUpload with a sentence that says what to do instead."""
    limit = min(max_bytes or settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_BYTES)
    content = file.read(limit + 1)
    name = clean_name(str(getattr(file, "name", "") or ""))
    if not content:
        raise BadUpload(_("“%(name)s”是空文件，请重新选择") % {"name": name})
    if len(content) > limit:
        raise BadUpload(
            _("“%(name)s”太大，最多 %(most)s MB；请压缩或重新拍一张") % {"name": name, "most": limit // 1024 // 1024}
        )
    kept = _cleaned(name, content)
    digest = sha256(kept.content).hexdigest()
    return Examined(name, kept.content, kept.media_type, digest, kept.pages, kept.advice, kept.preview)


def clean_name(posted: str) -> str:
    """What the person called it, without path and control characters; only for showing."""
    last = PurePosixPath(posted.replace("\\", "/")).name
    plain = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C")
    return plain.strip()[-MAX_NAME:] or "未命名文件"


def _cleaned(name: str, content: bytes) -> _Cleaned:
    if content.startswith(b"%PDF-"):
        _check_pdf(name, content)
        return _opened(name, content)
    kind = _kind_of(content)
    if kind.startswith("image/") and "svg" not in kind:
        return _redrawn(name, content)
    raise BadUpload(way_out_of(name, content))


def _opened(name: str, content: bytes) -> _Cleaned:
    """A PDF that opens and has pages, with its first one as the preview."""
    read = pdf_reading.read(content, page=1, side=previews.SIDE)
    if read.problem == pdf_reading.PASSWORD:
        raise BadUpload(_("“%(name)s”设了密码，部门打不开；请去掉密码后再上传") % {"name": name})
    if read.problem or not read.pages:
        raise BadUpload(
            _("“%(name)s”打不开，可能坏了或者一页也没有；请重新导出 PDF，或者打印出来拍照上传") % {"name": name}
        )
    if read.pages > MOST_PAGES:
        raise BadUpload(
            _("“%(name)s”有 %(pages)s 页，最多 %(most)s 页；请只留要交的那几页")
            % {"name": name, "pages": read.pages, "most": MOST_PAGES}
        )
    return _Cleaned(content, PDF, read.picture, pages=read.pages)


def _kind_of(content: bytes) -> str:
    try:
        return str(puremagic.from_string(content, mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _redrawn(name: str, content: bytes) -> _Cleaned:
    """The picture written anew, upright, without metadata."""
    try:
        with Image.open(io.BytesIO(content), formats=PICTURE_FORMATS) as picture:
            _check_size(name, picture.size)
            picture.verify()
        with Image.open(io.BytesIO(content), formats=PICTURE_FORMATS) as picture:
            return _written(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError as error:
        raise BadUpload(way_out_of(name, content)) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadUpload(_("“%(name)s”的图片已损坏，请重新拍照上传") % {"name": name}) from error


def _check_size(name: str, size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise BadUpload(
            _("“%(name)s”的尺寸太大（%(size)s），请缩小后再上传") % {"name": name, "size": f"{size[0]}×{size[1]}"}
        )


def _written(picture: Image.Image) -> _Cleaned:
    """Drawings and whatever may be seen through stay PNG, photographs become JPEG."""
    is_drawing = picture.mode in ("RGBA", "LA", "P", "1")
    plain = picture.convert("RGBA" if is_drawing else "RGB")
    out = io.BytesIO()
    if is_drawing:
        plain.save(out, "PNG", optimize=True)
    else:
        plain.save(out, "JPEG", quality=JPEG_QUALITY)
    media_type = PNG if is_drawing else JPEG
    return _Cleaned(out.getvalue(), media_type, previews.of_picture(plain), advice=advice_on(plain.convert("RGB")))


def _check_pdf(name: str, content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise BadUpload(_("“%(name)s”不完整，可能没有下载完，请重新导出 PDF 再上传") % {"name": name})
    if re.search(rb"/Encrypt(?![A-Za-z0-9])", content):
        raise BadUpload(_("“%(name)s”设了密码，部门打不开；请去掉密码后再上传") % {"name": name})
    budget = MAX_UNPACKED
    for part in _parts(content):
        budget -= len(part)
        if budget < 0:
            raise BadUpload(_("“%(name)s”内容过于复杂，请打印成普通 PDF 或拍照上传") % {"name": name})
        if _ACTIVE.search(_plain_names(part)):
            raise BadUpload(
                _("“%(name)s”里有脚本或附件，为了安全不能接收；请打印成普通 PDF 或拍照上传") % {"name": name}
            )


def _parts(content: bytes) -> Iterator[bytes]:
    """The file itself and, unpacked, the object streams in which names can hide."""
    yield content
    for match in _STREAM.finditer(content):
        if b"/ObjStm" in content[max(0, match.start() - 300) : match.start()]:
            yield _unpacked(content[match.end() :])


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, MAX_UNPACKED + 1)
    except zlib.error:
        return b""


def _plain_names(part: bytes) -> bytes:
    """`/J#61vaScript` is `/JavaScript`."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part) if b"#" in part else part


def keep_beside(case: Case, slot: str, examined: Examined, stored_name: str) -> Material:
    """Keep a file with a case that no material of its bundle asks for: what lies beside a question, evidence."""
    kept = Material(
        case=case,
        slot=slot,
        material_id="",
        source=Material.Source.UPLOAD,
        name=examined.name,
        sha256=examined.sha256,
        size=len(examined.content),
        media_type=examined.media_type,
    )
    kept.file.save(stored_name, ContentFile(examined.content), save=False)
    kept.save()
    return kept


def forget_file(kept: Material | PileFile) -> None:
    """Delete the stored file and its preview once the transaction that drops its row is committed."""
    if kept.file:
        storage, stored_name = kept.file.storage, str(kept.file.name)
        transaction.on_commit(lambda: previews.delete(storage, stored_name))
