"""Several tasks of one item in the same hands, to be answered row by row on one page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bundles import queries
from cases.models import SubApplication
from cases.queries.department import ResultInput, result_fields_of
from cases.queries.desk_people import covered_by
from cases.queries.people import StaffPerson
from cases.queries.wording import named
from cases.queries.worklist import masked_applicant
from cases.states import SubState

MOST_ROWS = 30
ANSWERABLE = (SubState.RECEIVED, SubState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A task with what its answer has to state."""

    sub_id: UUID
    number: str
    who: str
    instance: str
    version: int
    title: str
    fields: tuple[ResultInput, ...]


def answer_rows(account: StaffPerson, item_key: str) -> tuple[AnswerRow, ...]:
    """The first of them by due day, at most thirty; nothing of other hands. Two queries."""
    code, _, item_id = item_key.partition(".")
    hands = {account.pk, *covered_by(account.pk)}
    mine = SubApplication.objects.filter(
        department=account.department or "-", connect="manual", assigned_to__in=hands, state__in=ANSWERABLE,
        item_id=item_id, case__bundle_code=code,
    )  # fmt: skip
    found = mine.select_related("case").defer("case__answers", "trace", "reasons").order_by("due_on", "pk")
    return tuple(_row(sub) for sub in found[:MOST_ROWS])


def _row(sub: SubApplication) -> AnswerRow:
    spec = queries.version(sub.case.bundle_version_id).spec
    item = spec.item(sub.item_id)
    return AnswerRow(
        sub_id=sub.pk,
        number=sub.number,
        who=masked_applicant(sub.case),
        instance=sub.instance_label or "",
        version=sub.version,
        title=named(item),
        fields=result_fields_of(spec, item),
    )
