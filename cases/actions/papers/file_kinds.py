"""What people try to hand in that is no picture and no PDF, and how they get to one."""

from __future__ import annotations

from django.utils.translation import gettext as _

_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
HEAD = 256 * 1024


def way_out_of(name: str, content: bytes) -> str:
    """What a refused file is and what to do instead."""
    return _words_for(content) % {"name": name}


def _words_for(content: bytes) -> str:
    if content[4:8] == b"ftyp":
        return _of_a_phone(content)
    if content.startswith(_OLE):
        return _of_an_office()
    if content.startswith(_ZIP):
        return _of_a_package(content)
    if content.startswith(_ARCHIVES):
        return _of_an_archive()
    return _("“%(name)s”不是照片也不是 PDF，请用照片（JPG、PNG）或 PDF 重新上传")


def _of_a_phone(content: bytes) -> str:
    """HEIC pictures and films begin alike."""
    if content[8:12] in _HEIC:
        return _(
            "“%(name)s”是苹果手机的 HEIC 格式，这里打不开。"
            "请在“设置 → 相机 → 格式”里选“兼容性最佳”再拍，或者打开照片截一张图上传"
        )
    return _("“%(name)s”是视频，请改用照片；请用照片（JPG、PNG）或 PDF 重新上传")


def _of_a_package(content: bytes) -> str:
    head = content[:HEAD] + content[-HEAD:]
    if b"OFD.xml" in head:
        return _("“%(name)s”是 OFD 文件，请用阅读器“另存为 PDF”或打印成 PDF 再上传")
    if b"[Content_Types].xml" in head or b"word/" in head or b"xl/" in head:
        return _of_an_office()
    return _of_an_archive()


def _of_an_office() -> str:
    return _("“%(name)s”是 Office 文件，部门不一定打得开；请在 Word、Excel、WPS 里“另存为 PDF”再上传")


def _of_an_archive() -> str:
    return _("“%(name)s”是压缩包，请解开后把里面的照片或 PDF 一起选上")
