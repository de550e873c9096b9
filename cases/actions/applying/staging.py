"""Staged filing (分段办): what was put off is filled in from the same case; what was filed stays as it was filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.forms.stages import has_stages
from cases.errors import WrongState
from cases.models import Case, SubApplication
from cases.queries.context import context_of
from cases.states import CaseState

STAGED = "staged"
TAKES_MORE = frozenset({CaseState.SUBMITTED, CaseState.IN_PROGRESS, CaseState.AWAITING_APPLICANT, CaseState.CONCLUDED})


def takes_more(case: Case) -> bool:
    """Whether items can still be filed from this case."""
    spec = queries.version(case.bundle_version_id).spec
    return case.state in TAKES_MORE and (spec.mode == STAGED or has_stages(spec))


def newly_wanted(case: Case, answers: Mapping[str, Any]) -> list[str]:
    """The items that these answers switch on and that are not filed yet; they count as put off until they are filed.

    Raises WrongState where the answers would switch off what is filed already.
    """
    filed = set(SubApplication.objects.filter(case=case).values_list("item_id", flat=True))
    context = replace(context_of(case), answers={**answers, "later": []})
    chosen = forms.select(context)
    wanted = [item.id for item in context.spec.items if item.id in (*chosen.items, *chosen.later)]
    lost = [context.spec.item(item).zh for item in filed - set(wanted)]
    if lost:
        raise WrongState(_("“%(name)s”已经在办，这个选择会把它取消；要取消请撤回那一件") % {"name": lost[0]})
    return [item for item in wanted if item not in filed]


def still_later(case: Case, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers whose list of items put off is that of the case: filling them in does not file them."""
    kept = dict(answers)
    if case.submitted_at is not None:
        kept["later"] = list(case.answers.get("later") or ())
    return kept
