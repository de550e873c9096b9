"""Form fields that let an administrator write lists as lines of text instead of JSON."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget


class RowsField(forms.CharField):
    """Rows of three columns, one row a line: `值 | 中文 | English`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 14, "spellcheck": "false"}))
        kwargs.setdefault("help_text", "一行一条，三栏用竖线隔开，例如：name | 姓名 | text")
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(" | ".join(map(str, row)) for row in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        rows = [[part.strip() for part in line.split("|")] for line in (value or "").splitlines() if line.strip()]
        for number, row in enumerate(rows, 1):
            if len(row) != 3 or not all(row):
                raise forms.ValidationError(f"第 {number} 行应有三栏，用竖线隔开")
        first = [row[0] for row in rows]
        doubled = sorted({one for one in first if first.count(one) > 1})
        if doubled:
            raise forms.ValidationError(f"重复：{'、'.join(doubled)}")
        return rows

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(initial != self.to_python(data))


class WordsField(forms.CharField):
    """Names, separated by blanks or commas."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "用空格或逗号隔开")
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return (value or "").replace(",", " ").replace("，", " ").split()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))
