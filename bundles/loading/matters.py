"""Matters of a city's own catalogue from a file, and writing many of them at once.

A file is a table (CSV with a header) or a list (YAML, `matters:`). Columns are the names of the fields; what a line
does not say keeps its usual value. A line that cannot be right is refused with its number, and then nothing is written.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from bundles.errors import BundleError, UnreadableFile
from bundles.loading.entries import mark_of, read_file
from bundles.models import Department, Matter
from bundles.words import as_text, letter_of, lexemes, sound_of

NEEDED = ("matter", "zh", "dept", "type", "base", "impl")
MORE = (
    "parent", "level", "region", "office", "audience", "stage", "channels", "reach", "instant", "paperless", "days",
    "fee",
)  # fmt: skip
YES = frozenset({"1", "true", "yes", "y", "是", "√"})


def load_matters(path: Path) -> tuple[int, int]:
    """Bring the matters of a file in: how many it has, and how many were written.

    Matters that stand already as the file has them are left alone. Raises BundleError naming the line.
    """
    entries = list(_entries(path))
    rows = [_row(number, entry) for number, entry in enumerate(entries, start=1)]
    _check(rows)
    held = dict(Matter.objects.values_list("pk", "shipped"))
    fresh = [row for row in rows if held.get(row.pk) != row.shipped]
    fresh = sorted(fresh, key=lambda row: row.parent_id is not None)
    found_by_name(fresh)
    with transaction.atomic():
        write_matters(fresh)
    return len(rows), len(fresh)


def found_by_name(rows: Sequence[Matter]) -> Sequence[Matter]:
    """The matters with what their names are found by, worked out once a name; slow, and so before any transaction."""
    kept: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        if row.zh not in kept:
            kept[row.zh] = as_text(lexemes(row.zh)), letter_of(row.zh), sound_of(row.zh)
        row.index_by(*kept[row.zh])
    return rows


def write_matters(rows: Sequence[Matter]) -> None:
    """Insert or replace matters by COPY: a model at a time would take minutes for a city's catalogue."""
    if not rows:
        return
    fields = Matter._meta.concrete_fields
    names = ", ".join(str(field.column) for field in fields)
    renewed = ", ".join(f"{field.column} = excluded.{field.column}" for field in fields if not field.primary_key)
    lines = io.StringIO("".join("\t".join(_written(row, field) for field in fields) + "\n" for row in rows))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE incoming (LIKE bundles_matter) ON COMMIT DROP")
        cursor.copy_expert(f"COPY incoming ({names}) FROM STDIN", lines)
        cursor.execute(
            f"INSERT INTO bundles_matter ({names}) SELECT {names} FROM incoming "
            f"ON CONFLICT (matter) DO UPDATE SET {renewed}"
        )
        cursor.execute("DROP TABLE incoming")


def _written(row: Matter, field: Any) -> str:
    """A value as COPY reads it."""
    value = timezone.now() if field.name == "updated_at" else getattr(row, field.attname)
    if value is None:
        return "\\N"
    if field.name == "used_in":
        value = json.dumps(value)
    elif isinstance(value, list | tuple):
        value = "{" + ",".join(value) + "}"
    return str(value).replace("\\", "\\\\").replace("\t", " ").replace("\n", " ")


def _entries(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix.lower() in (".yaml", ".yml"):
        yield from read_file(path)["matters"]
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"读不到文件 {path}，或它不是 UTF-8 编码") from error
    table = csv.DictReader(io.StringIO(text))
    missing = [name for name in NEEDED if name not in (table.fieldnames or ())]
    if missing:
        raise UnreadableFile(1, f"缺少列 {'、'.join(missing)}")
    for row in table:
        yield {name: value for name, value in row.items() if name and value}


def _row(number: int, entry: Mapping[str, Any]) -> Matter:
    unknown = [name for name in entry if name not in (*NEEDED, *MORE)]
    missing = [name for name in NEEDED if not entry.get(name)]
    if unknown or missing:
        raise UnreadableFile(number, f"没有这些列：{'、'.join(unknown)}" if unknown else f"没有填 {'、'.join(missing)}")
    values = {name: _read(number, name, value) for name, value in entry.items()}
    names = {"dept": "dept_id", "parent": "parent_id"}
    columns = {names.get(name, name): value for name, value in values.items()}
    return Matter(**columns, origin="file", shipped=mark_of(values))


def _read(number: int, name: str, value: Any) -> Any:
    if name == "channels":
        return [one for one in re.split(r"[，、,;\s]+", value) if one] if isinstance(value, str) else value
    if name in ("instant", "paperless"):
        return str(value).strip().lower() in YES
    if name == "days":
        try:
            return int(value)
        except ValueError as error:
            raise UnreadableFile(number, f"days 应是整数，写的是 {value}") from error
    return str(value).strip()


def _check(rows: Iterable[Matter]) -> None:
    """Every line by itself, then what it points to: its department and its main matter."""
    rows = list(rows)
    depts = set(Department.objects.values_list("pk", flat=True))
    known = {row.pk for row in rows} | set(Matter.objects.values_list("pk", flat=True))
    for number, row in enumerate(rows, start=1):
        if row.dept_id not in depts:
            raise UnreadableFile(number, f"没有部门 {row.dept_id}")
        if row.parent_id and (row.parent_id not in known or row.parent_id == row.pk):
            raise UnreadableFile(number, f"没有主项 {row.parent_id}")
        try:
            row.clean_fields(exclude=["dept", "parent", "words", "sound"])
        except ValidationError as error:
            raise UnreadableFile(number, "；".join(f"{k}：{v[0]}" for k, v in error.message_dict.items())) from error
