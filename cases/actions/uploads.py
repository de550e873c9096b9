"""Taking in a file from a person: by content and never by name, cleaned, refused with a way out.

Allowed are PDF and pictures. Pictures are decoded and written anew, which drops position data and anything hidden
behind the picture. A PDF is kept as it is, unless it carries scripts, launchers, attachments or a password.
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
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from cases.errors import BadUpload
from cases.models import Material

MAX_PIXELS = 60_000_000
MAX_NAME = 100
MAX_UNPACKED = 20 * 1024 * 1024
JPEG_QUALITY = 88
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
WAY_OUT = "请用照片（JPG、PNG）或 PDF 重新上传"
_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE)(?![A-Za-z0-9])"
)
_STREAM = re.compile(rb"stream\r?\n")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class Posted(Protocol):
    """A file as a form posts it."""

    name: str | None

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that can be kept: its bytes as they will be stored."""

    name: str
    content: bytes
    media_type: str
    sha256: str


def examine(file: Posted | BinaryIO, *, max_bytes: int | None = None) -> Examined:
    """Check and clean a posted file. Raises BadUpload with a sentence that says what to do instead."""
    limit = min(max_bytes or settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_BYTES)
    content = file.read(limit + 1)
    name = clean_name(str(getattr(file, "name", "") or ""))
    if not content:
        raise BadUpload(f"“{name}”是空文件，请重新选择")
    if len(content) > limit:
        raise BadUpload(f"“{name}”太大，最多 {limit // 1024 // 1024} MB；请压缩或重新拍一张")
    content, media_type = _cleaned(name, content)
    return Examined(name, content, media_type, sha256(content).hexdigest())


def clean_name(posted: str) -> str:
    """What the person called it, without path and control characters; only for showing."""
    last = PurePosixPath(posted.replace("\\", "/")).name
    plain = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C")
    return plain.strip()[-MAX_NAME:] or "未命名文件"


def _cleaned(name: str, content: bytes) -> tuple[bytes, str]:
    if content.startswith(b"%PDF-"):
        _check_pdf(name, content)
        return content, PDF
    kind = _kind_of(content)
    if kind.startswith("image/") and "svg" not in kind:
        return _redrawn(name, content)
    raise BadUpload(f"“{name}”不是照片也不是 PDF，{WAY_OUT}")


def _kind_of(content: bytes) -> str:
    try:
        return str(puremagic.from_string(content, mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _redrawn(name: str, content: bytes) -> tuple[bytes, str]:
    """The picture written anew, upright, without metadata."""
    try:
        with Image.open(io.BytesIO(content), formats=PICTURE_FORMATS) as picture:
            _check_size(name, picture.size)
            picture.verify()
        with Image.open(io.BytesIO(content), formats=PICTURE_FORMATS) as picture:
            return _written(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError as error:
        raise BadUpload(f"“{name}”这种图片格式打不开（例如苹果手机的 HEIC），{WAY_OUT}") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadUpload(f"“{name}”的图片已损坏，请重新拍照上传") from error


def _check_size(name: str, size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise BadUpload(f"“{name}”的尺寸太大（{size[0]}×{size[1]}），请缩小后再上传")


def _written(picture: Image.Image) -> tuple[bytes, str]:
    out = io.BytesIO()
    if picture.mode in ("RGBA", "LA", "P", "1"):
        picture.convert("RGBA").save(out, "PNG", optimize=True)
        return out.getvalue(), PNG
    picture.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue(), JPEG


def _check_pdf(name: str, content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise BadUpload(f"“{name}”不完整，可能没有下载完，请重新导出 PDF 再上传")
    if re.search(rb"/Encrypt(?![A-Za-z0-9])", content):
        raise BadUpload(f"“{name}”设了密码，部门打不开；请去掉密码后再上传")
    budget = MAX_UNPACKED
    for part in _parts(content):
        budget -= len(part)
        if budget < 0:
            raise BadUpload(f"“{name}”内容过于复杂，请打印成普通 PDF 或拍照上传")
        if _ACTIVE.search(_plain_names(part)):
            raise BadUpload(f"“{name}”里有脚本或附件，为了安全不能接收；请打印成普通 PDF 或拍照上传")


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


def forget_file(material: Material) -> None:
    """Delete the stored file once the transaction that drops its row is committed."""
    if material.file:
        storage, stored_name = material.file.storage, material.file.name
        transaction.on_commit(lambda: storage.delete(str(stored_name)))
