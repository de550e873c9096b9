"""Papers as PDF: archival and readable aloud, words never markup, a sign without a glyph named instead of left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pypdfium2
import pytest

from cases.papers import CannotPrint, Facts, Heading, Paper, Signature, Steps, Table, Words
from integrations.documents.typeset import TypesetPapers

PAPER = Paper(
    title="一次性告知单",
    number="第 1 版",
    lang="zh",
    on=date(2026, 11, 23),
    to="林晓岚",
    blocks=(
        Words("材料齐全的，当场受理。"),
        Heading("一、办这 2 件事"),
        Table(("事项", "谁办"), (("出生医学证明", "卫健"), ("户口登记", "公安")), (3, 1)),
        Steps((("户口簿首页", "拍照"), ("结婚证", ""))),
        Facts((("SHA-256", "a" * 64),)),
    ),
    signed=Signature("厦门市公安局（示例）", "2026年11月23日", seal=True),
    foot=("咨询 12345",),
    code="https://example.cn/verify/ABCD",
    code_label="二维码",
)


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in pages)


def test_a_paper_is_archival_and_can_be_read_aloud() -> None:
    made = TypesetPapers().pdf(PAPER)
    assert made.startswith(b"%PDF-1.7")
    for mark in (b"<pdfaid:part>2", b"<pdfaid:conformance>A", b"<pdfuaid:part>1", b"StructTreeRoot"):
        assert mark in made
    text = text_of(made)
    for words in ("一次性告知单", "林晓岚", "户口登记", "户口簿首页", "a" * 64, "厦门市公安局", "咨询12345"):
        assert words in text


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert TypesetPapers().pdf(PAPER) == TypesetPapers().pdf(PAPER)


def test_words_of_people_are_never_markup() -> None:
    hostile = '#panic("x") *粗* $1/0$ #import "/etc/passwd" </text> \\'
    made = TypesetPapers().pdf(replace(PAPER, to=hostile, blocks=(Words(hostile), Steps(((hostile, hostile),)))))
    assert "".join(hostile.split()) in text_of(made)


def test_marks_that_turn_words_around_and_controls_are_left_out() -> None:
    made = TypesetPapers().pdf(replace(PAPER, blocks=(Words("甲\u202e乙\x07丙"),)))
    assert "甲乙丙" in text_of(made)


@pytest.mark.parametrize("name", ["𠮷田", "㐱", "王喆"])
def test_rare_characters_of_names_are_drawn(name: str) -> None:
    assert name in text_of(TypesetPapers().pdf(replace(PAPER, to=name)))


@pytest.mark.parametrize("sign", ["\U00020000", "\ue000"])
def test_a_sign_that_no_font_draws_is_named(sign: str) -> None:
    with pytest.raises(CannotPrint) as missing:
        TypesetPapers().pdf(replace(PAPER, to=f"王{sign}"))
    assert missing.value.sign == sign


def test_an_english_paper_says_so() -> None:
    made = TypesetPapers().pdf(replace(PAPER, lang="en", title="Notice", signed=None))
    assert b"/Lang(en-GB)" in made
