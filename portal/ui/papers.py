"""Papers as files: a document of the procedure as PDF, and the answer where a sign cannot be drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.actions.deciding.document_words import day_in_full
from cases.papers import Block, CannotPrint, Facts, Heading, Paper, Signature, document_renderer
from cases.queries.documents import DocumentPage
from portal.ui.paper_blocks import blocks_of
from portal.ui.script import traditional

# What of a paper is no sentence: the address in its code, and what the parts are.
_NO_WORDS = frozenset({"code", "kind", "lang", "on"})


def document_paper(page: DocumentPage, address: str) -> Paper:
    """A document as it was issued; Chinese, like the page. `address` verifies it."""
    tel = page.words.get("tel")
    return Paper(
        title=page.line.title,
        number=page.line.number,
        lang="zh",
        on=page.line.issued_on,
        to=str(page.words.get("to") or ""),
        blocks=blocks_of(_body(page)),
        annex=_annex(page),
        signed=Signature(page.authority, day_in_full(page.line.issued_on), seal=True),
        foot=(
            f"办件编号 {page.words.get('case_no') or ''}",
            *([f"咨询电话 {tel}"] if tel else []),
            f"电子文书与纸质文书具有同等效力。扫码验真，或在 {address.rpartition('/verify/')[0]}/verify/ 输入验真码",
            f"验真码 {page.mark}",
        ),
        code=address,
        code_label="二维码：验证这份文书是不是真的",
        page_label=page.line.number,
    )


def in_script_of_page(paper: Paper) -> Paper:
    """A paper made for the reader of this page, in traditional characters where the page is.

    Only for what is made anew for each reader and names nobody; a document issued once keeps its characters.
    """
    return replace(_turned(paper), lang="zh-Hant") if get_language() == "zh-hant" else paper


def _turned(value: Any) -> Any:
    if isinstance(value, str):
        return traditional(value)
    if isinstance(value, list | tuple):
        return tuple(_turned(one) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return replace(value, **{f.name: _turned(getattr(value, f.name)) for f in fields(value) if f.name not in _NO_WORDS})


def _body(page: DocumentPage) -> str:
    return render_to_string(f"documents/bodies/{page.line.kind}.html", {"words": page.words})


def _annex(page: DocumentPage) -> list[Block]:
    """What was submitted, behind the receipt: answers in words, and the fingerprint of each file."""
    found: list[Block] = []
    for section in page.words.get("content") or ():
        rows = tuple((str(label), str(text)) for label, text in section["rows"])
        found += [Heading(f"附：{section['title']}"), Facts(rows)]
    prints = tuple((str(one["name"]), one["sha256"] or one["how"]) for one in page.words.get("materials") or ())
    if prints:
        found += [Heading("附：材料文件的 SHA-256"), Facts(prints)]
    return found


def pdf_response(request: HttpRequest, make: Callable[[], Paper], *, filename: str, otherwise: str) -> HttpResponse:
    """The paper as a file; where a sign has no glyph, back to the page that says the same, which prints as well."""
    try:
        paper = make()
        made = document_renderer().pdf(paper)
    except CannotPrint as missing:
        text = _("“%(sign)s”这个字，PDF 的字库里没有。这一页内容相同，请用浏览器打印。") % {"sign": missing.sign}
        messages.warning(request, text)
        return redirect(otherwise)
    filename = traditional(filename) if paper.lang == "zh-Hant" else filename
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(filename)}.pdf"
    response["X-Content-Type-Options"] = "nosniff"
    return response
