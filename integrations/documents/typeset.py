"""Papers as PDF, typeset by typst: the template is ours, what stands on a paper is data to it and never markup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import noto_cjk_sans_otc
import pylopdf_fonts_zh_cn
import segno
import typst
from django.template.loader import render_to_string

from cases.papers import CannotPrint, Paper, Signature

TEMPLATE = Path(__file__).with_name("paper.typ")
STANDARDS: tuple[Literal["a-2a", "ua-1"], ...] = ("a-2a", "ua-1")
SEAL_COLOUR = "#b3261e"
_UNDRAWN = re.compile(r'the text `"(?P<sign>.*?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# What no paper means to say and no font draws: controls, and marks of direction that could turn words around.
_UNSAID = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


class TypesetPapers:
    """The renderer of every paper; the fonts come with packages, so that every machine prints the same."""

    def pdf(self, paper: Paper) -> bytes:
        """PDF/A-2a and PDF/UA-1. Raises CannotPrint."""
        try:
            made = typst.compile(
                TEMPLATE,
                font_paths=_fonts(),
                sys_inputs={"paper": _as_data(paper)},
                format="pdf",
                pdf_standards=list(STANDARDS),
                timestamp=datetime.combine(paper.on, time(), UTC),
            )
        except typst.TypstError as error:
            sign = _undrawn(str(error))
            if sign:
                raise CannotPrint(sign) from error
            raise
        return bytes(made)


@cache
def _fonts() -> typst.Fonts:
    """The fonts are found once a process: that takes longer than a page."""
    folders = [Path(str(package.__file__)).parent for package in (pylopdf_fonts_zh_cn, noto_cjk_sans_otc)]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _as_data(paper: Paper) -> str:
    drawn = {
        "code": _code(paper.code) if paper.code else "",
        "seal": _seal(paper.signed) if paper.signed and paper.signed.seal else "",
    }
    plain: Mapping[str, Any] = {**_said(asdict(paper)), "on": paper.on.timetuple()[:3], "drawn": drawn}
    return json.dumps(plain, ensure_ascii=False)


def _said(value: Any) -> Any:
    """The same without signs that say nothing."""
    if isinstance(value, str):
        return _UNSAID.sub("", value)
    if isinstance(value, Mapping):
        return {key: _said(one) for key, one in value.items()}
    return [_said(one) for one in value] if isinstance(value, list | tuple) else value


def _code(text: str) -> str:
    held = BytesIO()
    segno.make(text, error="m").save(held, kind="svg", border=0, dark="#1b2430", xmldecl=False)
    return held.getvalue().decode()


def _seal(signed: Signature) -> str:
    """The same seal as on the page."""
    drawing = render_to_string("documents/seal.html", {"authority": signed.authority})
    svg = drawing[drawing.index("<svg") :].replace("currentColor", SEAL_COLOUR)
    return svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" font-family="Noto Sans SC"', 1)


def _undrawn(error: str) -> str:
    found = _UNDRAWN.search(error)
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), found["sign"]) if found else ""
