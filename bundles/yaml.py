"""Reading and writing bundle files: plain YAML, strictly, with the line of everything that was read.

A file is written by a person and read by a machine that trusts nobody: it is bounded in size, depth and number of
values (an alias counts as all it stands for), has no doubled keys, no tags, and no key that YAML silently turns into
a truth value (`on:`, `no:`).
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml as pyyaml

from bundles.errors import UnreadableFile

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 40
MAX_VALUES = 60_000
LINE_WIDTH = 160
LABEL_KEYS = ("id", "code", "value", "item")
_Loader: Any = getattr(pyyaml, "CSafeLoader", pyyaml.SafeLoader)
_Dumper: Any = getattr(pyyaml, "CSafeDumper", pyyaml.SafeDumper)
_resolver = pyyaml.resolver.Resolver()
_constructor = pyyaml.constructor.SafeConstructor()

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A document as read, and the line where each of its values begins."""

    document: Any
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line_of(self, path: str) -> int | None:
        """The line of a path such as `items[HUKOU].decision.rules[A1].expr`, or of its nearest parent."""
        place = place_of(self.document, path)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)


def place_of(document: Any, path: str) -> Place:
    """Keys and positions that lead to a path, as far as the document goes."""
    here, place = document, []
    for step in _steps(path):
        found = _find(here, step)
        if found is None:
            break
        place.append(found)
        here = here[found]
    return tuple(place)


def read(text: str | bytes) -> Source:
    """Read a bundle file. Raises UnreadableFile with the line of the first thing that is not allowed."""
    raw = _decoded(text)
    builder = _Builder()
    try:
        for event in pyyaml.parse(raw, Loader=_Loader):
            builder.take(event)
    except pyyaml.YAMLError as error:
        raise UnreadableFile(_line_of_error(error), f"不是合法的 YAML：{_words_of(error)}") from error
    return Source(builder.document, builder.lines)


def write(document: Any) -> str:
    """The document as a YAML file, small entries on one line each; reading it back gives an equal document."""
    text: str = pyyaml.dump(document, Dumper=_Compact, allow_unicode=True, sort_keys=False, width=4096)
    return text


class _Compact(_Dumper):
    """Writes a mapping or list on one line where it fits and holds nothing that needs lines of its own."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = _fits_a_line([part for pair in node.value for part in pair])
        return node

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
        node = super().represent_sequence(tag, sequence, flow_style)
        entries = any(isinstance(part, pyyaml.MappingNode) for part in node.value)  # one entry, one line
        node.flow_style = not entries and _fits_a_line(node.value)
        return node

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _fits_a_line(parts: list[Any]) -> bool:
    return all(_is_short(part) for part in parts) and sum(_width(part) for part in parts) <= LINE_WIDTH


def _is_short(part: Any) -> bool:
    return bool(part.flow_style) if isinstance(part, pyyaml.CollectionNode) else "\n" not in part.value


def _width(part: Any) -> int:
    if not isinstance(part, pyyaml.CollectionNode):
        return sum(2 if ord(letter) > 0x2E7F else 1 for letter in part.value) + 2
    inner = [one for entry in part.value for one in (entry if isinstance(entry, tuple) else (entry,))]
    return sum(_width(one) for one in inner) + 2


class _Builder:
    """Builds the document from parser events, without recursion, so that depth cannot hurt."""

    def __init__(self) -> None:
        self.document: Any = None
        self.lines: dict[Place, int] = {}
        self._open: list[_Frame] = []
        self._anchors: dict[str, Any] = {}
        self._count = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, pyyaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise UnreadableFile(line, "一个文件只能写一个文档（多余的 ---）")
        elif isinstance(event, pyyaml.AliasEvent):
            self._put(self._copy_of(str(event.anchor), line), line)
        elif isinstance(event, pyyaml.ScalarEvent):
            value = _scalar(event, line)
            self._name(event.anchor, value)
            self._put(value, line)
        elif isinstance(event, pyyaml.MappingStartEvent | pyyaml.SequenceStartEvent):
            self._begin(event, line)
        elif isinstance(event, pyyaml.MappingEndEvent | pyyaml.SequenceEndEvent):
            frame = self._open.pop()
            self._name(frame.anchor, frame.content)

    def _name(self, anchor: str | None, value: Any) -> None:
        if anchor:
            self._anchors[anchor] = value

    def _copy_of(self, anchor: str, line: int) -> Any:
        """What an alias stands for; an anchor inside itself is not known yet and so refused."""
        if anchor not in self._anchors:
            raise UnreadableFile(line, f"别名 *{anchor} 之前没有对应的锚点")
        value = self._anchors[anchor]
        self._count += _size(value)
        self._check_count(line)
        return copy.deepcopy(value)

    def _begin(self, event: Any, line: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise UnreadableFile(line, f"嵌套超过 {MAX_DEPTH} 层")
        if event.tag and not event.implicit:
            raise UnreadableFile(line, f"不支持标签 {event.tag}")
        content: Any = {} if isinstance(event, pyyaml.MappingStartEvent) else []
        place = self._put(content, line)
        self._open.append(_Frame(content, place, event.anchor))

    def _put(self, value: Any, line: int) -> Place:
        self._count += 1
        self._check_count(line)
        if not self._open:
            self.document = value
            self.lines[()] = line
            return ()
        frame = self._open[-1]
        place = frame.put(value, line)
        if place is not None:
            self.lines[place] = frame.line or line
        return place or ()

    def _check_count(self, line: int) -> None:
        if self._count > MAX_VALUES:
            raise UnreadableFile(line, f"内容超过 {MAX_VALUES} 个值")


class _Frame:
    """A mapping or list that is still being read."""

    def __init__(self, content: Any, place: Place, anchor: str | None) -> None:
        self.content, self.place, self.anchor = content, place, anchor
        self.key: str | int | None = None
        self.line: int | None = None  # of the key: where a person looks for the value
        self.waiting = False

    def put(self, value: Any, line: int) -> Place | None:
        if isinstance(self.content, list):
            self.content.append(value)
            return (*self.place, len(self.content) - 1)
        if not self.waiting:
            self.key, self.line, self.waiting = self._checked_key(value, line), line, True
            return None
        assert self.key is not None
        self.content[self.key], self.waiting = value, False
        return (*self.place, self.key)

    def _checked_key(self, key: Any, line: int) -> str | int:
        if isinstance(key, bool):
            raise UnreadableFile(line, "键被 YAML 读成了真假值，请给 yes、no、on、off 加引号")
        if not isinstance(key, str | int):
            raise UnreadableFile(line, f"键必须是文字：{key!r}")
        if key in self.content:
            raise UnreadableFile(line, f"键重复：{key}")
        return key


def _scalar(event: Any, line: int) -> Any:
    tag = event.tag or _resolver.resolve(pyyaml.ScalarNode, event.value, event.implicit)
    if event.tag and event.tag not in _PLAIN_TAGS:
        raise UnreadableFile(line, f"不支持标签 {event.tag}")
    if tag in _TEXT_TAGS:
        return _storable_text(event.value, line)
    try:
        value = _constructor.construct_object(pyyaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark))
    except (ValueError, pyyaml.YAMLError) as error:
        raise UnreadableFile(line, f"读不懂这个值：{event.value[:40]}") from error
    return _storable(value, line)


def _storable(value: Any, line: int) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise UnreadableFile(line, "数字必须是有限的")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        raise UnreadableFile(line, "数字太大，请加引号写成文字")
    return value


def _storable_text(text: str, line: int) -> str:
    if _UNSTORABLE.search(text):
        raise UnreadableFile(line, "文字里有不能保存的字符")
    return text


_TAG = "tag:yaml.org,2002:"
# A date stays the text that was written: the schema says what a date is.
_TEXT_TAGS = {_TAG + kind for kind in ("str", "timestamp", "value", "merge")}
_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")
_PLAIN_TAGS = {"!", *(_TAG + kind for kind in ("str", "int", "float", "bool", "null"))}


def _size(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + sum(_size(entry) for entry in value.values())
    return 1 + sum(_size(entry) for entry in value) if isinstance(value, list) else 1


def _decoded(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise UnreadableFile(None, f"文件超过 {MAX_BYTES // 1024} KB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(None, "文件不是 UTF-8 编码") from error


def _line_of_error(error: pyyaml.YAMLError) -> int | None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else None


def _words_of(error: pyyaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error).split("\n")[0]


def _steps(path: str) -> list[str]:
    """`items[HUKOU].flow` -> items, HUKOU, flow."""
    return [step for step in path.replace("]", "").replace("[", ".").removeprefix("bundle").split(".") if step]


def _find(here: Any, step: str) -> str | int | None:
    if isinstance(here, Mapping):
        return step if step in here else None
    if not isinstance(here, list):
        return None
    for number, entry in enumerate(here):
        if isinstance(entry, Mapping) and step in (entry.get(key) for key in LABEL_KEYS):
            return number
    return int(step) if step.isdecimal() and int(step) < len(here) else None
