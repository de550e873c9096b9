"""Roster files: values only are read from CSV and XLSX, and nothing we write can act as a formula.

A workbook is opened by its stored values: formulas, macros, links to other files and pictures are never looked at.
What unpacks to more than the limit is refused before it is unpacked.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from cases.actions.papers.uploads import Posted, clean_name
from cases.errors import BadUpload

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_COLUMNS = 100
MAX_CELL = 2000
ENCODINGS = ("utf-8-sig", "gb18030")
ACTS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Line = tuple[int, list[str]]  # number of the row in the file, its cells as text


@dataclass(frozen=True, slots=True)
class Sheet:
    """The heading of a table and its rows; rows without anything in them are left out, numbers are the file's."""

    heading: list[str]
    lines: list[Line]


def read_sheet(file: Posted | BinaryIO, *, formats: Sequence[str], most: int) -> Sheet:
    """Read a roster. Raises BadUpload with a sentence that says what to do instead."""
    name = clean_name(str(getattr(file, "name", "") or ""))
    content = file.read(MAX_BYTES + 1)
    if not content:
        raise BadUpload(_("“%(name)s”是空文件，请重新选择") % {"name": name})
    if len(content) > MAX_BYTES:
        raise BadUpload(
            _("“%(name)s”太大，最多 %(most)s MB；请拆成几批导入") % {"name": name, "most": MAX_BYTES // 1024 // 1024}
        )
    is_workbook = content.startswith(b"PK\x03\x04")
    if ("xlsx" if is_workbook else "csv") not in formats:
        raise BadUpload(_("只能导入 %(formats)s 文件，请用模板重新保存") % {"formats": _("、").join(formats)})
    lines = _workbook_lines(name, content) if is_workbook else _csv_lines(name, content)
    return _sheet(name, lines, most)


def _sheet(name: str, lines: Iterator[Line], most: int) -> Sheet:
    filled = ((number, cells) for number, cells in lines if any(cells))
    first = next(filled, None)
    if first is None:
        raise BadUpload(_("“%(name)s”里没有内容，请按模板填写") % {"name": name})
    rows: list[Line] = []
    for line in filled:
        if len(rows) == most:
            raise BadUpload(_("一次最多导入 %(most)s 行，请拆成几批") % {"most": most})
        rows.append(line)
    if not rows:
        raise BadUpload(_("“%(name)s”只有表头，没有人员，请按模板填写") % {"name": name})
    return Sheet(first[1], rows)


def _workbook_lines(name: str, content: bytes) -> Iterator[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
                raise BadUpload(_("“%(name)s”展开后太大，请只留名册一张表再导入") % {"name": name})
        rows = (
            CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        )
    except (zipfile.BadZipFile, CalamineError, IndexError, ValueError) as error:
        raise BadUpload(_("“%(name)s”打不开，请另存为 XLSX 或 CSV 再导入") % {"name": name}) from error
    for number, row in enumerate(rows, start=1):
        yield number, [_text(cell) for cell in row[:MAX_COLUMNS]]


def _csv_lines(name: str, content: bytes) -> Iterator[Line]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadUpload(_("“%(name)s”的文字编码认不出来，请另存为 UTF-8 的 CSV") % {"name": name})
    if "\x00" in text:
        raise BadUpload(_("“%(name)s”不是 CSV 也不是 XLSX，请用模板填写") % {"name": name})
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            yield number, [_text(cell) for cell in row[:MAX_COLUMNS]]
    except csv.Error as error:
        raise BadUpload(_("“%(name)s”的引号或逗号不成对，请用表格软件重新保存") % {"name": name}) from error


def _text(cell: object) -> str:
    """A cell as people read it; the apostrophe that keeps a number a text is taken off."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell).strip()
    return (text[1:] if text[:1] == "'" else text)[:MAX_CELL]


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV that spreadsheet programs open with the right characters, and in which no cell acts as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heading)
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: object) -> str:
    """A cell that starts like a formula gets an apostrophe before it."""
    text = "" if cell is None else "是" if cell is True else "否" if cell is False else str(cell)
    return f"'{text}" if text.startswith(ACTS_AS_FORMULA) else text


def template(sheet: str, columns: Sequence[tuple[str, str]]) -> bytes:
    """An empty workbook with these (heading, what may stand there); every cell is a text, so long numbers keep."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet[:31])
        head, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
        for place, (heading, hint) in enumerate(columns):
            page.set_column(place, place, max(14, 2 * len(heading)), text)
            page.write_string(0, place, heading, head)
            if hint:
                page.write_comment(0, place, hint)
        page.freeze_panes(1, 0)
    return out.getvalue()
