"""What each kind of document says of a case by itself, in the words that stay: names, days, reasons, remedies.

Papers of the procedure are written in Chinese whatever language the page has (国家通用语言文字法 第九条).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from bundles import queries
from bundles.spec import BundleSpec
from cases.models import Case, Document, Extension, Material, SubApplication
from cases.queries.picture import duration_words
from cases.queries.upstream import subs_by_id
from cases.queries.wording import REMEDY, STATE_WORDS
from cases.states import SUB_REFUSED, SubState

Kind = Document.Kind
Words = dict[str, Any]
UNSTATED = [{"code": "", "about": "", "text": "部门没有写明理由，我们已请部门补充"}]


def words_of(case: Case, kind: str, sub: SubApplication | None) -> Words:
    """The frame every paper has, and what this kind adds."""
    with override("zh-hans"):
        spec = queries.version(case.bundle_version_id).spec
        frame = _frame(case, spec, sub)
        add = OF_KIND.get(Kind(kind))
        return {**frame, **(add(case, spec, sub) if add else {})}


def day_in_full(day: date | datetime | None) -> str:
    """A day as papers write it: 2026年11月23日; nothing for none."""
    if day is None:
        return ""
    plain = timezone.localdate(day) if isinstance(day, datetime) else day
    return f"{plain.year}年{plain.month}月{plain.day}日"


def _frame(case: Case, spec: BundleSpec, sub: SubApplication | None) -> Words:
    code = sub.department if sub else spec.lead
    department = queries.registry().departments.get(code)
    agent = (case.answers or {}).get("agent") or {}
    return {
        "to": case.applicant_name,
        "agent": agent.get("name", ""),
        "case_no": (sub.number if sub else case.number) or "",
        "bundle": spec.zh,
        "item": _item(spec, sub) if sub else "",
        "authority": department.name if department else code,
        "tel": department.tel if department else "",
        "received_on": day_in_full(case.submitted_at),
    }


def _item(spec: BundleSpec, sub: SubApplication) -> str:
    name = spec.item(sub.item_id).zh
    return f"{name}（{sub.instance_label}）" if sub.instance_label else name


def _acceptance(case: Case, spec: BundleSpec, sub: SubApplication | None) -> Words:
    """行政许可法 第三十二条第一款第五项, 第二款; the limits side by side."""
    if sub is None:
        return {"accepted_on": day_in_full(case.accepted_at), "due_on": day_in_full(case.due_on)}
    item = spec.item(sub.item_id)
    return {
        "accepted_on": day_in_full(sub.accepted_at or timezone.now()),
        "due_on": day_in_full(sub.due_on),
        "committed": duration_words(item.committed),
        "statutory": duration_words(item.statutory),
        "statutory_due_on": day_in_full(sub.statutory_due_on),
    }


def _refused(case: Case, spec: BundleSpec, sub: SubApplication | None) -> Words:
    """Reasons, the article they rest on, and the remedy. 行政许可法 第三十八条第二款."""
    reasons = list(sub.reasons or ()) if sub else []
    return {
        "reasons": reasons or UNSTATED,
        "article": next((str(one["article"]) for one in reasons if one.get("article")), ""),
        "remedy": next((str(one["remedy"]) for one in reasons if one.get("remedy")), str(REMEDY)),
    }


def _procedure(case: Case, spec: BundleSpec, sub: SubApplication | None) -> Words:
    """Which procedure and how long it takes. 行政许可法 第四十五条."""
    name = sub.procedure if sub else ""
    known = [one for one in (spec.item(sub.item_id).decision.special if sub else ()) if name in (one.id, one.zh)]
    return {
        "procedure": known[0].zh if known else name,
        "expected": duration_words(known[0].max) if known else "",
        "in_clock": known[0].in_clock if known else False,
    }


def _extension(case: Case, spec: BundleSpec, sub: SubApplication | None) -> Words:
    """How many days, who approved it, why. 行政许可法 第四十二条第一款."""
    granted = Extension.objects.filter(sub=sub).first() if sub else None
    if granted is None or sub is None:
        return {}
    return {
        "working_days": granted.working_days,
        "approver": granted.approver,
        "reason": granted.reason,
        "due_on": day_in_full(sub.due_on),
    }


def _conclusion(case: Case, spec: BundleSpec, sub: SubApplication | None) -> Words:
    """Item by item; what was refused with its remedy (部分办结). 行政许可法 第三十八条第二款."""
    subs = [sub] if sub else list(subs_by_id(case).values())
    ends = [
        {
            "item": _item(spec, one),
            "end": str(STATE_WORDS[SubState(one.state)]),
            "reasons": [str(reason.get("text", "")) for reason in one.reasons or ()],
            "is_refused": one.state in SUB_REFUSED,
        }
        for one in subs
    ]
    refused = any(end["is_refused"] for end in ends)
    return {"outcome": case.outcome, "ends": ends, "remedy": str(REMEDY) if refused else ""}


def _deferred(case: Case, spec: BundleSpec, sub: SubApplication | None) -> Words:
    """What is still owed and until when (容缺受理)."""
    owed = Material.objects.filter(case=case, due_on__isnull=False).exclude(source=Material.Source.UPLOAD)
    mine = [one for one in owed if sub is None or sub.item_id in spec.items_of_material(spec.material(one.material_id))]
    return {"owed": [{"name": spec.material(m.material_id).zh, "due_on": day_in_full(m.due_on)} for m in mine]}


OF_KIND: Mapping[str, Callable[[Case, BundleSpec, SubApplication | None], Words]] = {
    Kind.ACCEPTANCE: _acceptance,
    Kind.NOT_ACCEPTED: _refused,
    Kind.REJECTION: _refused,
    Kind.REVOCATION: _refused,
    Kind.SPECIAL_PROCEDURE: _procedure,
    Kind.EXTENSION: _extension,
    Kind.CONCLUSION: _conclusion,
    Kind.DEFERRED: _deferred,
}
