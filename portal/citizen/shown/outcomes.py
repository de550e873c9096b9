"""Results as papers one can hold, refusals with a way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.queries.results import Refusal, ResultView
from cases.queries.wording import REMEDY
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.parts import Certificate, Fact, Link
from portal.ui import words

FACTS_ON_FACE = 3
LONG_NUMBER = 15


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item that was not approved."""

    title: str
    why: str
    basis: str
    options: str
    acts: tuple[Link, ...]
    rest: str
    word: str


def certificate(case_id: UUID, result: ResultView, qr: str = "") -> Certificate:
    """A result with the first of its facts on its face; long numbers are masked there. `qr` leads to its check."""
    title = f"{result.title}（{result.instance}）" if result.instance else result.title
    address = reverse("citizen:certificate", args=[case_id, result.id])
    text = _("已失效，不能再用。") if result.standing != "valid" else _delivery(result)
    if result.is_withheld:
        return _withheld(case_id, title, result)
    return Certificate(
        title=title,
        dept_code=result.dept_code,
        dept_short=short_of(result.dept_code),
        when=words.day_in_words(result.issued_at),
        facts=[Fact(f.label, _masked(f.value)) for f in result.fields[:FACTS_ON_FACE]],
        text=text,
        acts=(
            Link(_("打开"), address, "eye"),
            Link(_("验真"), reverse("citizen:verify_mark", args=[result.mark]), "scan"),
        ),
        qr=qr,
        mark=result.mark,
    )


def _withheld(case_id: UUID, title: str, result: ResultView) -> Certificate:
    """Issued, but its fee comes first: no values, and the way to pay (缴费后领取)."""
    return Certificate(
        title=title,
        dept_code=result.dept_code,
        dept_short=short_of(result.dept_code),
        when=words.day_in_words(result.issued_at),
        facts=[],
        text=_("已经办好，缴费后领取。"),
        acts=(Link(_("去缴费"), reverse("citizen:pay", args=[case_id]), "right"),),
    )


def _masked(value: str) -> str:
    is_number = len(value) >= LONG_NUMBER and value.replace("X", "").isalnum() and value[:4].isdecimal()
    return words.mask_id(value) if is_number else value


def _delivery(result: ResultView) -> str:
    if "mail" in result.delivery or "pickup" in result.delivery:
        return _("电子版同等效力，现在就能用。")
    return _("电子版，现在就能用。")


def refused(one: Refusal) -> RefusedItem:
    """A refusal: what, why, and what now."""
    title = f"{one.title}（{one.instance}）" if one.instance else one.title
    acts = (Link(_("打电话问%(dept)s") % {"dept": one.dept_name}, f"tel:{one.dept_tel}"),) if one.dept_tel else ()
    return RefusedItem(
        title=title,
        why="；".join(one.reasons) or _("部门没有写明理由，请打电话问清楚"),
        basis=one.basis,
        options=_options(one),
        acts=acts,
        rest=_("其他事项不受影响。"),
        word=one.decision,
    )


def _options(one: Refusal) -> str:
    """Where to apply instead, and what can be done against the decision."""
    elsewhere = _("请向%(authority)s申请。") % {"authority": one.apply_to} if one.apply_to else ""
    return f"{elsewhere}{one.remedy}"


@dataclass(frozen=True, slots=True)
class EndedResult:
    """A result that does not hold any more: corrected, taken back or superseded, and why."""

    title: str
    word: str
    look: str
    ended_at: datetime | None
    reason: str
    article: str
    remedy: str
    facts: list[Fact]


def ended(result: ResultView) -> EndedResult:
    """A void result with the reason; a revocation names what can be done against it."""
    is_revoked = result.standing == "revoked"
    said = {"revoked": _("已撤销"), "replaced": _("已更正，看新版本"), "superseded": _("已被新证取代")}
    return EndedResult(
        title=f"{result.title}（{result.instance}）" if result.instance else result.title,
        word=said.get(result.standing, _("已失效")),
        look="bad" if is_revoked else "gone",
        ended_at=result.ended_at,
        reason=result.reason,
        article=result.article,
        remedy=str(REMEDY) if is_revoked else "",
        facts=[] if is_revoked else [Fact(f.label, _masked(f.value)) for f in result.fields],
    )


def facts_of(result: ResultView) -> list[Fact]:
    """Every field of a result, in full."""
    return [Fact(field.label, field.value) for field in result.fields]


def as_data(result: ResultView) -> dict[str, Any]:
    """A result for machines, as it lies in the package."""
    return {
        "title": result.title,
        "kind": result.kind,
        "licence": result.licence_code,
        "item": result.item_title,
        "issuer": result.dept_code,
        "issued_at": result.issued_at.isoformat(),
        "mark": result.mark,
        "fields": {field.name: field.value for field in result.fields},
    }
