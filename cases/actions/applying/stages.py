"""Stages that are filed one after the other from one case (分阶段申报): the next one opens when its condition holds.

行政许可法 第二十六条: 统一办理、联合办理; each stage is one application with its own lead and its own limit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.forms.stages import has_stages, open_stages
from bundles.spec import Stage
from cases import notices
from cases.actions.applying import staging
from cases.actions.engine.events import record
from cases.actions.registers.facts import context_of
from cases.errors import NotReady
from cases.models import Case, SubApplication
from cases.ports import SYSTEM


def check(case: Case, context: forms.Context, selection: forms.Selection) -> None:
    """A later stage is filed once it is open. Raises NotReady with the stage that is not, in its own name."""
    if case.submitted_at is None or not has_stages(context.spec):
        return
    filed = set(SubApplication.objects.filter(case=case).values_list("item_id", flat=True))
    asked = set(selection.later) - filed - set(context.answers.get("later") or ())
    stage = next((stage for stage in context.spec.stages if asked.intersection(stage.items)), None)
    if stage is not None:
        raise NotReady(_("“%(name)s”还不能申报，要等前一阶段的结果") % {"name": stage.zh})


def begin(case: Case, subs: list[SubApplication]) -> None:
    """The case was filed: what stands in later stages is put off, the stages open now stay open."""
    context = context_of(case)
    if has_stages(context.spec):
        _keep(case, stages=_open_now(context), later=staging.newly_wanted(case, case.answers))


def open_next(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """A result may open the next stage: the applicant is told and goes on from the same case."""
    if not has_stages(queries.version(case.bundle_version_id).spec):
        return
    context = context_of(case)
    known = list(context.answers.get("stages") or ())
    opened = [stage for stage in context.spec.stages if stage.id in _open_now(context) and stage.id not in known]
    if not opened:
        return
    later = staging.newly_wanted(case, case.answers)
    _keep(case, stages=[*known, *(stage.id for stage in opened)], later=later)
    for stage in opened:
        if set(later).intersection(stage.items):
            _tell(case, stage)


def _open_now(context: forms.Context) -> list[str]:
    everything = replace(context, answers={**context.answers, "later": []})
    chosen = forms.select(everything)
    on = (*chosen.items, *chosen.later)
    return list(open_stages(context.spec, context.answers, on, forms.scope(everything, chosen)))


def _keep(case: Case, **known: Any) -> None:
    case.answers = {**case.answers, **known}
    case.save(update_fields=["answers"])


def _tell(case: Case, stage: Stage) -> None:
    record(case, "stage.opened", by=SYSTEM, stage=stage.id)
    notices.stage_opened(case, stage.zh)
