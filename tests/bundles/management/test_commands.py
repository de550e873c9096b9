"""The commands as an operator types them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bundles import queries
from tests.factories.library import LIBRARY

pytestmark = pytest.mark.django_db
TRUCKS = LIBRARY / "bundles" / "17_muck_truck_filing.yaml"


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def edited(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "trucks.yaml"
    text = TRUCKS.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


def test_all_shipped_and_published_definitions_pass() -> None:
    assert "38 份定义，没有错误" in run("check_bundles")


def test_an_error_is_printed_with_file_line_and_path_and_the_exit_code_is_one(tmp_path: Path, capsys: Any) -> None:
    path = edited(tmp_path, "lead: CG", "lead: NOBODY")
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if text.startswith("lead:"))
    with pytest.raises(CommandError) as refused:
        call_command("check_bundles", str(path))
    assert refused.value.returncode == 1
    assert f"{path}:{line}: 错误：lead：部门目录里没有 NOBODY" in capsys.readouterr().out


def test_a_file_that_is_no_yaml_is_an_error_with_its_line(tmp_path: Path, capsys: Any) -> None:
    path = edited(tmp_path, "lead: CG", "lead: [CG")
    with pytest.raises(CommandError):
        call_command("check_bundles", str(path))
    assert f"{path}:" in capsys.readouterr().out


def test_a_file_becomes_a_draft_and_is_not_offered(tmp_path: Path) -> None:
    path = edited(tmp_path, "zh: 渣土运输备案", "zh: 渣土备案")
    assert "ZTYS 第 2 版 草稿" in run("load_bundle", str(path))
    queries.forget()
    assert queries.published("ZTYS").number == 1


def test_a_file_is_published_where_that_is_asked_for(tmp_path: Path) -> None:
    path = edited(tmp_path, "zh: 渣土运输备案", "zh: 渣土备案")
    assert "ZTYS 第 2 版 已发布" in run("load_bundle", str(path), "--publish")
    assert "内容没有变化" in run("load_bundle", str(path), "--publish")
    queries.forget()
    assert queries.published("ZTYS").spec.zh == "渣土备案"


def test_a_draft_loaded_before_is_published_without_a_further_version(tmp_path: Path) -> None:
    path = edited(tmp_path, "zh: 渣土运输备案", "zh: 渣土备案")
    run("load_bundle", str(path))
    assert "ZTYS 第 2 版 已发布" in run("load_bundle", str(path), "--publish")


def test_a_file_of_a_bundle_nobody_knew_brings_a_new_one(tmp_path: Path) -> None:
    path = edited(tmp_path, "code: ZTYS", "code: ZTXX")
    assert "ZTXX 第 1 版 已发布" in run("load_bundle", str(path), "--publish")
    queries.forget()
    assert queries.published("ZTXX").spec.zh == queries.published("ZTYS").spec.zh


def test_a_file_with_errors_is_not_published(tmp_path: Path) -> None:
    path = edited(tmp_path, "lead: CG", "lead: NOBODY")
    with pytest.raises(CommandError, match="NOBODY"):
        run("load_bundle", str(path), "--publish")


def test_a_missing_file_is_told_in_a_sentence() -> None:
    with pytest.raises(CommandError, match="读不到文件"):
        run("load_bundle", "/no/such/file.yaml")


def test_an_export_of_nothing_is_refused() -> None:
    with pytest.raises(CommandError, match="NOSUCH"):
        run("export_bundle", "NOSUCH")
