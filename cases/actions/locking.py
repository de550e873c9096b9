"""Lock order of the engine: the case first, then its sub-applications by sequence."""

from __future__ import annotations

from uuid import UUID

from cases.models import Case, SubApplication


def lock_case(case_id: UUID) -> Case:
    """The case, locked until the transaction ends. Raises Case.DoesNotExist."""
    return Case.objects.select_for_update().get(pk=case_id)


def lock_subs(case: Case) -> list[SubApplication]:
    """All sub-applications of a locked case, in order, locked."""
    subs = list(SubApplication.objects.select_for_update().filter(case=case).order_by("seq"))
    for sub in subs:
        sub.case = case
    return subs


def lock_case_of(sub_id: UUID) -> tuple[Case, SubApplication]:
    """A sub-application with its case, both locked in order. Raises SubApplication.DoesNotExist."""
    case_id = SubApplication.objects.values_list("case_id", flat=True).get(pk=sub_id)
    case = lock_case(case_id)
    sub = SubApplication.objects.select_for_update().get(pk=sub_id)
    sub.case = case
    return case, sub
