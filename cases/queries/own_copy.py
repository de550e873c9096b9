"""Everything about one person here, as plain values to take along. 个人信息保护法 第四十五条.

Of other people's cases only what was authorised in them; of staff no names. Values are ready for JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from bundles import queries
from bundles.spec import BundleSpec
from cases.models import Case, Material, Notification
from cases.queries.authorisations import consents_given, parties_seen_by
from cases.queries.documents import document_pages
from cases.queries.licences import wallet
from cases.queries.message_texts import NoSuchText, text_of
from cases.queries.people import Person
from cases.queries.readings import MOST_EXPORTED, readings_of
from cases.queries.results import earlier_of, results_of
from cases.queries.timeline import timeline_of
from cases.states import CaseState

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file the person handed in, by the folder it goes to."""

    folder: str
    name: str
    material_id: str
    size: int


def weight_of(account: Person) -> tuple[int, int]:
    """How many cases and how many bytes of files a copy would hold; two queries."""
    cases = Case.objects.filter(applicant_id=account.pk)
    bytes_of = Material.objects.filter(case__in=cases).exclude(file="").aggregate(total=Sum("size"))["total"]
    return cases.count(), bytes_of or 0


def own_copy(account: Person) -> Plain:
    """Cases with answers, papers, documents, results and history; consents, readings, licences, messages."""
    return {
        "cases": [_case(case) for case in _cases(account)],
        "licences": [_plain(one) for one in wallet(account)],
        "authorisations_asked_of_me": [_plain(one) for one in parties_seen_by(account)],
        "consents_given": [_plain(one) for one in consents_given(account)],
        "readings": [_plain(one) for one in readings_of(account, most=MOST_EXPORTED)],
        "messages": list(_messages(account)),
    }


def own_files(account: Person) -> Iterator[OwnFile]:
    """The uploads of all own cases, the oldest case first."""
    for case in _cases(account):
        folder = case.number or f"{case.bundle_code}-{case.created_at:%Y%m%d%H%M}"
        held = Material.objects.filter(case=case).exclude(file="").order_by("slot", "position")
        for number, one in enumerate(held, start=1):
            yield OwnFile(folder, f"{number:02d}-{one.name or one.slot}", str(one.pk), one.size)


def bytes_of(file: OwnFile) -> bytes:
    """What is in one of them, opened."""
    with Material.objects.get(pk=file.material_id).file.open("rb") as stored:
        return bytes(stored.read())


def _cases(account: Person) -> Iterator[Case]:
    mine = Case.objects.filter(applicant_id=account.pk).exclude(state=CaseState.WITHDRAWN, number=None)
    return mine.select_related("applicant").order_by("created_at").iterator(chunk_size=50)


def _case(case: Case) -> Plain:
    spec = queries.version(case.bundle_version_id).spec
    return {
        "bundle": spec.zh,
        "number": case.number or "",
        "state": str(CaseState(case.state).label),
        "begun_at": _moment(case.created_at),
        "filed_at": _moment(case.submitted_at),
        "closed_at": _moment(case.closed_at),
        "applicant": case.applicant_name,
        "agent": (case.answers or {}).get("agent") or None,
        "situations": _situations(spec, case),
        "answers": list(_answers(spec, case)),
        "materials": [_material(spec, one) for one in Material.objects.filter(case=case)],
        "documents": [_plain(page) for page in document_pages(case)],
        "results": [_plain(one) for one in (*results_of(case), *earlier_of(case))],
        "history": [
            {"at": _moment(entry.at), "text": entry.text} for entry in timeline_of(case, spec, queries.registry())
        ],
    }


def _situations(spec: BundleSpec, case: Case) -> Plain:
    """Situation questions by their words; the answers as they were chosen."""
    asked = {question.id: question for question in spec.guidance}
    said = (case.answers or {}).get("guidance") or {}
    return {(asked[key].zh if key in asked else key): value for key, value in said.items()}


def _answers(spec: BundleSpec, case: Case) -> Iterator[Plain]:
    """Every answer with its label and where it came from, rows of a block numbered from one."""
    answers = case.answers or {}
    sources: Mapping[str, Any] = answers.get("sources") or {}
    for name, value in (answers.get("fields") or {}).items():
        if name not in spec.groups:
            yield _answer(spec, name, name, value, sources)
            continue
        for index, row in enumerate(value or ()):
            for field, cell in row.items():
                yield {**_answer(spec, field, f"{name}.{index}.{field}", cell, sources), "row": index + 1}


def _answer(spec: BundleSpec, field: str, path: str, value: Any, sources: Mapping[str, Any]) -> Plain:
    source = sources.get(path) or {}
    label = spec.field(field).zh if spec.has_field(field) else field
    return {"label": label, "value": value, "source": source.get("path", "") if isinstance(source, Mapping) else ""}


def _material(spec: BundleSpec, one: Material) -> Plain:
    declared = {material.id: material.zh for material in spec.materials}
    return {
        "paper": declared.get(one.material_id, one.material_id),
        "how": str(Material.Source(one.source).label),
        "name": one.name or "",
        "size": one.size,
        "sha256": one.sha256,
        "added_at": _moment(one.created_at),
    }


def _messages(account: Person) -> Iterator[Plain]:
    for row in Notification.objects.filter(account_id=account.pk).order_by("-at")[:MOST_EXPORTED]:
        try:
            text = text_of(row.template, row.values)
        except NoSuchText:
            continue
        yield {"at": _moment(row.at), "title": text.title, "text": text.body, "state": str(row.get_state_display())}


def _plain(view: Any) -> Plain:
    """A view as plain values, without the ids that mean something to the portal only."""
    return {key: value for key, value in asdict(view).items() if key not in ("id", "case_id", "party_id", "words")}


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
