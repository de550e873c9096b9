"""Reading bundle files: strict, bounded, with lines."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml as pyyaml

from bundles import yaml
from bundles.errors import UnreadableFile
from tests.factories.library import LIBRARY

FILES = sorted((LIBRARY / "bundles").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_shipped_file_reads_as_any_yaml_reader_reads_it(path: Path) -> None:
    assert yaml.read(path.read_bytes()).document == pyyaml.safe_load(path.read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_written_file_reads_back_equal_and_in_the_same_order(path: Path) -> None:
    document = yaml.read(path.read_bytes()).document
    again = yaml.read(yaml.write(document)).document
    assert again == document
    assert list(again) == list(document)


def test_every_path_knows_its_line() -> None:
    text = (LIBRARY / "bundles" / "01_newborn_birth.yaml").read_text()
    source = yaml.read(text)
    lines = text.splitlines()
    for path, word in {
        "items[HUKOU]": "id: HUKOU",
        "items[HUKOU].dept": "dept: GA",
        "items[HUKOU].decision.rules[A1].expr": "BIRTH_INFO",
        "form.sections[s_child].fields[child_name].rule": "id: child_name",
        "reasons.reject[J03]": "code: J03",
        "bundle.clock.committed": "clock:",
    }.items():
        line = source.line_of(path)
        assert line is not None
        assert word in lines[line - 1], path


def test_a_path_that_does_not_exist_has_the_line_of_its_nearest_parent() -> None:
    source = yaml.read("a: 1\nitems:\n  - {id: X}\n")
    assert source.line_of("items[X].dept.name") == 3
    assert source.line_of("items[3]") == 2


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "键重复"),
        ("a: 1\non: 2\n", 2, "真假值"),
        ("a:\n  - !!python/object:os.system x\n", 2, "标签"),
        ("a: *nobody\n", 1, "别名"),
        ("a: &x [1, *x]\n", 1, "别名"),
        ("[" * 60 + "]" * 60, 1, "嵌套"),
        ("a: .nan\n", 1, "有限"),
        ("a: 99999999999999999999\n", 1, "数字太大"),
        ('a: "\\0"\n', 1, "不能保存"),
        ("? {a: 1}\n: 2\n", 1, "键必须是文字"),
        ("--- 1\n--- 2\n", 2, "一个文档"),
        ("a: [1\nb: 2\n", 2, "不是合法的 YAML"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words) as refused:
        yaml.read(text)
    assert refused.value.line == line


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    started = time.monotonic()
    with pytest.raises(UnreadableFile, match="个值"):
        yaml.read("\n".join(levels))
    assert time.monotonic() - started < 3


def test_a_file_above_a_megabyte_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="KB"):
        yaml.read("a: " + "x" * yaml.MAX_BYTES)


def test_a_file_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="UTF-8"):
        yaml.read("名称: 出生".encode("gb18030"))


def test_deep_nesting_does_not_hurt() -> None:
    with pytest.raises(UnreadableFile, match="嵌套"):
        yaml.read("[" * 500_000)


def test_an_alias_stands_for_a_copy() -> None:
    document = yaml.read("a: &x [1]\nb: *x\n").document
    assert document == {"a": [1], "b": [1]}
    assert document["a"] is not document["b"]
