"""The receipt (收件凭证): what was received, when, and the fingerprint by which it can be proved. Issued once a case.

行政许可法 第三十二条第二款 asks for dated papers on accepting; receiving comes before that and deserves one as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from bundles import forms, queries
from cases.actions.deciding.document_words import day_in_full
from cases.actions.deciding.documents import issue
from cases.actions.engine.locking import lock_case
from cases.errors import WrongState
from cases.models import Case, Document, Event, Material, SubApplication
from cases.ports import Actor
from cases.queries.context import context_of
from cases.queries.documents import DocumentPage, page_of
from cases.queries.submission import answers_print, fingerprint, submitted_text

FILED = "case.filed"


def receipt_of(case_id: UUID, *, by: Actor) -> DocumentPage:
    """The receipt of a received case, issued when it is asked for the first time and the same ever after.

    Raises WrongState for a case that has not been received.
    """
    found = _issued(case_id)
    if found is not None:
        return page_of(found)
    with transaction.atomic():
        case = lock_case(case_id)
        if case.submitted_at is None:
            raise WrongState(_("这份申请还没有提交，没有收件凭证"))
        found = _issued(case_id) or issue(case, Document.Kind.RECEIPT, values=_words(case), by=by)
    return page_of(found)


def _issued(case_id: UUID) -> Document | None:
    return Document.objects.filter(case=case_id, kind=Document.Kind.RECEIPT).first()


def _words(case: Case) -> Mapping[str, Any]:
    """The words of the receipt; in Chinese like every paper of the procedure (国家通用语言文字法 第九条)."""
    filed = Event.objects.filter(case=case, kind=FILED).order_by("seq").first()
    facts = filed.facts if filed else {}
    subs = SubApplication.objects.filter(case=case).order_by("seq")
    items = [item for item in facts.get("items", ()) if isinstance(item, str)]
    materials = list(Material.objects.filter(case=case).order_by("slot", "position"))
    text = submitted_text(case, items, materials)
    with override("zh-hans"):
        return {
            "received_at": _moment(case),
            "items": [_item(case, sub) for sub in subs],
            "materials": _materials(case, materials),
            "content": _content(case),
            "submitted": text,
            "submitted_sha256": fingerprint(text),
            # Whether the answers are still those that were handed in: the history keeps their print since then.
            "is_as_filed": facts.get("print") in (None, answers_print(case)),
        }


def _moment(case: Case) -> str:
    at = timezone.localtime(case.submitted_at)
    return f"{day_in_full(at)} {at:%H:%M:%S}"


def _item(case: Case, sub: SubApplication) -> Mapping[str, str]:
    spec = queries.version(case.bundle_version_id).spec
    department = queries.registry().departments.get(sub.department)
    name = spec.item(sub.item_id).zh
    return {
        "number": sub.number,
        "name": f"{name}（{sub.instance_label}）" if sub.instance_label else name,
        "authority": department.name if department else sub.department,
    }


def _materials(case: Case, materials: Sequence[Material]) -> list[Mapping[str, str]]:
    spec = queries.version(case.bundle_version_id).spec
    names = {material.id: material.zh for material in spec.materials}
    return [
        {
            "name": names.get(one.material_id, one.material_id),
            "how": str(Material.Source(one.source).label),
            "sha256": one.sha256,
        }
        for one in materials
    ]


def _content(case: Case) -> list[Mapping[str, Any]]:
    """Every answer in words, section by section, as the applicant checked it."""
    context = context_of(case)
    found = forms.summary(context, forms.select(context))
    sections = [
        {"title": one.title, "rows": [[f"{row.block} {row.label}".strip(), row.text] for row in one.rows if row.text]}
        for one in found
    ]
    return [one for one in sections if one["rows"]]
