"""The check of the links between documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from devtools.doclinks import anchors, broken_links
from devtools.environment import ROOT


@pytest.mark.parametrize(
    ("link", "broken"),
    [
        ("docs/operator.md", False),
        ("docs/operator.md#健康检查-health", False),
        ("#门户-portal", False),
        ("docs/missing.md", True),
        ("docs/operator.md#no-such-heading", True),
    ],
)
def test_a_link_must_lead_to_a_file_and_to_a_heading(tmp_path: Path, link: str, broken: bool) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "operator.md").write_text("# Operator\n\n## 健康检查 Health\n")
    (tmp_path / "README.md").write_text(f"# 门户 Portal\n\nSee [this]({link}).\n")
    assert list(broken_links(tmp_path)) == ([f"README.md: {link}"] if broken else [])


def test_links_in_examples_of_code_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("```\n[x](nowhere.md)\n```\n")
    assert list(broken_links(tmp_path)) == []


def test_anchors_are_those_that_readers_of_the_page_get() -> None:
    assert anchors("## 1. Two commands: `./dev up`\n") == {"1-two-commands-dev-up"}


def test_every_link_of_the_repository_leads_somewhere() -> None:
    assert list(broken_links(ROOT)) == []
