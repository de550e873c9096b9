"""Small pictures of uploaded files, sealed beside them: made once, shown many times, gone with the file."""

from __future__ import annotations

import io

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from PIL import Image

from cases.actions.papers import pdf_reading
from cases.models import Material, PileFile
from cases.protection import Unreadable

SIDE = 360  # points along the longer side
PAGE_SIDE = 1400
JPEG_QUALITY = 80
MEDIA_TYPE = "image/jpeg"


def of_picture(picture: Image.Image) -> bytes:
    """A preview of an upright picture, on white where it may be seen through."""
    small = picture.copy()
    small.thumbnail((SIDE, SIDE))
    if small.mode == "RGBA":
        white = Image.new("RGB", small.size, "white")
        white.paste(small, mask=small.getchannel("A"))
        small = white
    out = io.BytesIO()
    small.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def keep(storage: Storage, stored_name: str, preview: bytes) -> None:
    """Lay a preview beside the stored file of that name; one that is there stays."""
    if not preview or storage.exists(_beside(stored_name)):
        return
    laid = storage.save(_beside(stored_name), ContentFile(preview))
    if laid != _beside(stored_name):  # somebody else was faster
        storage.delete(laid)


def preview_of(kept: Material | PileFile) -> bytes:
    """The preview of a file; made now where an older file has none. Empty where none can be made."""
    storage, beside = kept.file.storage, _beside(str(kept.file.name))
    if storage.exists(beside):
        try:
            with storage.open(beside) as laid:
                return bytes(laid.read())
        except Unreadable:  # sealed with a key that is gone: the preview is made again from the file
            storage.delete(beside)
    made = _made(kept)
    keep(storage, str(kept.file.name), made)
    return made


def page_of(kept: Material | PileFile, number: int) -> bytes:
    """One page of a PDF, large enough to be read; empty where there is no such page."""
    return pdf_reading.read(_content(kept), page=number, side=PAGE_SIDE).picture


def delete(storage: Storage, stored_name: str) -> None:
    """Delete a stored file and its preview."""
    storage.delete(stored_name)
    storage.delete(_beside(stored_name))


def _made(kept: Material | PileFile) -> bytes:
    if kept.media_type == "application/pdf":
        return pdf_reading.read(_content(kept), page=1, side=SIDE).picture
    try:
        with Image.open(io.BytesIO(_content(kept))) as picture:
            return of_picture(picture.convert("RGBA" if picture.mode in ("RGBA", "LA", "P") else "RGB"))
    except (OSError, ValueError, SyntaxError):
        return b""


def _content(kept: Material | PileFile) -> bytes:
    with kept.file.open("rb") as stored:
        return bytes(stored.read())


def _beside(stored_name: str) -> str:
    return f"{stored_name}.small"
