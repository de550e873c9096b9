"""Documents as their readers see them: the list of a case, one paper with its words, and whether it is genuine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bundles import queries
from bundles.spec import BundleSpec
from cases.models import Case, Document
from cases.queries.results import MARK_LENGTH, Verified
from cases.queries.wording import named, short_name


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A paper in a list. `item`: what it is about, empty for the whole case."""

    id: UUID
    kind: str
    title: str
    number: str
    item: str
    dept_code: str
    dept_short: str
    issued_on: date
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A paper as it was issued; `words` are its own, in Chinese."""

    line: DocumentLine
    authority: str
    mark: str
    sha256: str
    issued_at: datetime
    withdrawn_at: datetime | None
    words: Mapping[str, Any]


def documents_of(case: Case) -> tuple[DocumentLine, ...]:
    """The papers of a case, newest first; one query, which opens no sealed word but the name of the item."""
    found = Document.objects.filter(case=case).order_by("-issued_at", "-number")
    spec = queries.version(case.bundle_version_id).spec
    return tuple(_line(document, spec) for document in found)


def document_pages(case: Case) -> tuple[DocumentPage, ...]:
    """The papers of a case with their words, oldest first."""
    return tuple(page_of(document) for document in Document.objects.filter(case=case))


def document_page(case: Case, document_id: UUID) -> DocumentPage | None:
    """One paper of this case; None for any other."""
    document = Document.objects.filter(case=case, pk=document_id).first()
    return page_of(document) if document else None


def verify_document(mark: str) -> Verified | None:
    """What the public learns of a paper by its mark; None for a mark that was never given to a document."""
    typed = "".join(sign for sign in mark.upper() if sign.isalnum())
    document = Document.objects.filter(mark=typed).first() if len(typed) == MARK_LENGTH else None
    if document is None:
        return None
    return Verified(
        title=str(Document.Kind(document.kind).label),
        department=_authority(document.department),
        issued_at=document.issued_at,
        is_revoked=document.withdrawn_at is not None,
        revoked_at=document.withdrawn_at,
    )


def page_of(document: Document) -> DocumentPage:
    """One paper with its words."""
    return DocumentPage(
        line=_line(document),
        authority=str(document.values.get("authority") or _authority(document.department)),
        mark=document.mark,
        sha256=document.sha256,
        issued_at=document.issued_at,
        withdrawn_at=document.withdrawn_at,
        words=document.values,
    )


def _line(document: Document, spec: BundleSpec | None = None) -> DocumentLine:
    department = queries.registry().departments.get(document.department)
    return DocumentLine(
        id=document.pk,
        kind=document.kind,
        title=str(Document.Kind(document.kind).label),
        number=document.number,
        item=_item_words(str(document.values.get("item") or ""), spec),
        dept_code=document.department,
        dept_short=short_name(department) if department else document.department,
        issued_on=document.issued_on,
        is_withdrawn=document.withdrawn_at is not None,
    )


def _item_words(kept: str, spec: BundleSpec | None) -> str:
    """The item as the paper names it, with whom it is about; its name in the language of the page."""
    item = next((one for one in spec.items if kept == one.zh or kept.startswith(f"{one.zh}（")), None) if spec else None
    return named(item) + kept[len(item.zh) :] if item else kept


def _authority(code: str) -> str:
    department = queries.registry().departments.get(code)
    return department.name if department else code
