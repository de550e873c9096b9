"""Changing the plan of a live case (改计划): entered once, told to all concerned, decided anew only where it matters.

What the bundle's `replan` says: which fields a change may touch, which items decide anew, which are only told. The
new version holds once the items of `confirmed_by` have agreed; until then, and where one refuses, the old one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.spec import Change, Freeze, Replan
from cases import docket, notices, outbox
from cases.actions.applying import intake
from cases.actions.deadlines import pauses
from cases.actions.delivery.bodies import change_body
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, Delivery, HeldAnswer, PlanVersion, Result, SubApplication
from cases.ports import SYSTEM, Actor, Answer
from cases.queries.context import context_of
from cases.queries.plans import may_propose
from cases.states import SUB_WITH_DEPARTMENT, CaseState, SubState

PLAN = "plan"  # the reason code of an approval that waits for the others' agreement


@transaction.atomic
def change_plan(
    case_id: UUID, change_id: str, values: Mapping[str, Any], *, by: Actor, reason: str = ""
) -> PlanVersion:
    """Change a live plan. Raises CaseError for one who may not, WrongState too late, NotReady naming wrong
    fields, NotEligible where the new values meet another case.
    """
    case = lock_case(case_id)
    subs = lock_subs(case)
    replan, change = _rules(case, change_id)
    _check_may(case, replan, change, by)
    before = {path: (case.answers.get("fields") or {}).get(path) for path in change.changes}
    _take_in(case, change, values)
    now_said = {path: (case.answers.get("fields") or {}).get(path) for path in change.changes}
    _replace_proposed(case)
    version = PlanVersion.objects.create(
        case=case,
        number=latest_number(case) + 1,
        change=change.id,
        reason=reason or None,
        values={path: [before[path], now_said[path]] for path in change.changes},
        redone=[str(sub.pk) for sub in subs if _is_redone(sub, change)],
        decided_before=[str(sub.pk) for sub in subs if _is_redone(sub, change) and sub.state == SubState.APPROVED],
        proposed_kind=by.kind,
        proposed_id=by.department or by.id,
        proposed_at=timezone.now(),
        answer_by=_answer_by(replan),
    )
    _number_the_plan(case, replan, version)
    record(case, "plan.changed", by=by, change=change.id, version=version.number, fields=list(change.changes))
    _fan_out(case, subs, change, version)
    notices.plan_changed(case, version.number)
    progress.advance(case, subs)
    return version


def latest_number(case: Case) -> int:
    """The number of the newest version; the plan as it was filed is version 1."""
    newest = PlanVersion.objects.filter(case=case).order_by("-number").first()
    return newest.number if newest else 1


def _rules(case: Case, change_id: str) -> tuple[Replan, Change]:
    replan = queries.version(case.bundle_version_id).spec.replan
    change = next((one for one in replan.triggers if one.id == change_id), None) if replan else None
    if replan is None or change is None or change.act != "change":
        raise CaseError(_("这件事不能这样改计划"))
    if case.state in (CaseState.DRAFT, CaseState.AWAITING_PARTIES, CaseState.WITHDRAWN, CaseState.LAPSED):
        raise WrongState(_("办件不在办理中，不能改计划"))
    return replan, change


def _check_may(case: Case, replan: Replan, change: Change, by: Actor) -> None:
    if not may_propose(case, change, by):
        raise CaseError(_("“%(name)s”不由您提出") % {"name": change.zh})
    if replan.freeze and by.kind not in ("clerk", "staff", "system") and _is_frozen(case, replan.freeze):
        raise WrongState(
            _("离约定时间不到 %(hours)s 小时：%(then)s")
            % {"hours": f"{replan.freeze.n:g}", "then": replan.freeze.then or _("请电话联系窗口改计划")}
        )


def _is_frozen(case: Case, freeze: Freeze) -> bool:
    moment = _moment(case, freeze.before)
    return moment is not None and timezone.now() > moment - timedelta(**{f"{freeze.unit}s": freeze.n})


def _moment(case: Case, name: str) -> datetime | None:
    """The moment a field or a result states."""
    found = (case.answers.get("fields") or {}).get(name)
    for result in Result.objects.filter(sub__case=case, revoked_at=None, replaced_at=None):
        found = result.fields.get(name, found)
    moment = parse_datetime(str(found)) if found else None
    return moment if moment is None or moment.tzinfo else timezone.make_aware(moment)


def _take_in(case: Case, change: Change, values: Mapping[str, Any]) -> None:
    """Clean and keep the new values; nothing but what this change may touch."""
    faults: list[tuple[str, str]] = []
    for path, typed in values.items():
        if path not in change.changes:
            raise CaseError(_("只能改这次改计划涉及的内容"))
        context = context_of(case)
        cleaned = forms.clean_field(context, forms.select(context), path, typed)
        case.answers = cleaned.answers
        faults += [(error.path, error.message) for error in cleaned.errors]
    context = context_of(case)
    found = forms.check_all(context, forms.select(context)) if change.changes else ()
    faults += [(error.path, error.message) for error in found if error.path in change.changes]
    if faults:
        raise NotReady(
            _("还有 %(count)s 处不对：%(first)s") % {"count": len(faults), "first": faults[0][1]},
            tuple(dict.fromkeys(faults)),
        )
    case.save(update_fields=["answers"])
    intake.claim_anew(case, context, forms.select(context))


def _replace_proposed(case: Case) -> None:
    """A version that nobody has settled yet gives way to the next."""
    open_one = PlanVersion.objects.filter(case=case, state=PlanVersion.State.PROPOSED)
    open_one.update(state=PlanVersion.State.REPLACED, settled_at=timezone.now())


def _answer_by(replan: Replan) -> datetime | None:
    within = replan.answer_within
    known = within is not None and within.unit in ("second", "minute", "hour")
    return timezone.now() + timedelta(**{f"{within.unit}s": within.n}) if within and known else None


def _number_the_plan(case: Case, replan: Replan, version: PlanVersion) -> None:
    if replan.version_field:
        fields = {**(case.answers.get("fields") or {}), replan.version_field: version.number}
        case.answers = {**case.answers, "fields": fields}
        case.save(update_fields=["answers"])


def _is_redone(sub: SubApplication, change: Change) -> bool:
    return sub.item_id in change.redo and (sub.state == SubState.APPROVED or sub.state in SUB_WITH_DEPARTMENT)


def _fan_out(case: Case, subs: Sequence[SubApplication], change: Change, version: PlanVersion) -> None:
    """Those that decide anew go back to the start of their own path; those that keep their decision are told."""
    if case.state == CaseState.CONCLUDED:
        case.take_up_again(next_at=timezone.now() + progress.RECHECK)
        case.save(update_fields=["state", "outcome", "closed_at", "next_at"])
    for sub in subs:
        if _is_redone(sub, change):
            _decide_anew(case, sub, version)
        elif sub.item_id in change.keep and outbox.filing_of(sub) is not None:
            _tell(case, sub, version)


def _decide_anew(case: Case, sub: SubApplication, version: PlanVersion) -> None:
    HeldAnswer.objects.filter(sub=sub, released_at=None).delete()
    outbox.cancel_due(sub)
    pauses.end_all(sub)
    sub.change_plan(next_at=timezone.now() + progress.RECHECK)
    sub.save(update_fields=["state", "plan_version", "round", "accepted_at", "closed_at", "next_at"])
    record(case, "item.planned_anew", by=SYSTEM, sub=sub, version=version.number)


def _tell(case: Case, sub: SubApplication, version: PlanVersion) -> None:
    """Only the new values; what was decided stays decided."""
    sub.round += 1
    sub.save(update_fields=["round"])
    values = {path: new for path, (_old, new) in version.values.items()}
    outbox.promise(sub, Delivery.Purpose.CHANGE, change_body(case, sub, values), target=outbox.filing_of(sub))
    record(case, "item.told_of_change", by=SYSTEM, sub=sub, version=version.number)


# ---- agreement ---------------------------------------------------------------------------------------------------


def proposed(case: Case) -> PlanVersion | None:
    """The version that waits for agreement."""
    if docket.has_none(PlanVersion, case.pk):
        return None
    return PlanVersion.objects.filter(case=case, state=PlanVersion.State.PROPOSED).first()


def others_have_not_agreed(case: Case, subs: Sequence[SubApplication], sub: SubApplication, answer: Answer) -> str:
    """Hold an approval of a new version until all that must agree have approved it (BEFORE_APPROVAL)."""
    version = proposed(case) if sub.plan_version > 1 else None
    if version is None or str(sub.pk) not in version.redone:
        return ""
    missing = [one for one in _must_agree(case, subs, version) if one.pk != sub.pk and not _has_agreed(one)]
    return PLAN if missing and sub.pk in {one.pk for one in _must_agree(case, subs, version)} else ""


def _must_agree(case: Case, subs: Sequence[SubApplication], version: PlanVersion) -> list[SubApplication]:
    replan = queries.version(case.bundle_version_id).spec.replan
    named = replan.confirmed_by if replan else ()
    return [sub for sub in subs if str(sub.pk) in version.redone and sub.item_id in named]


def _has_agreed(sub: SubApplication) -> bool:
    held = HeldAnswer.objects.filter(sub=sub, released_at=None, reason=PLAN)
    return sub.state == SubState.APPROVED or held.exists()


def settle_when_agreed(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """A department has decided: where all that decide anew have approved, the version holds (AFTER_FINAL)."""
    version = proposed(case)
    if version is None or str(sub.pk) not in version.redone:
        return
    redone = [one for one in subs if str(one.pk) in version.redone]
    if all(one.state == SubState.APPROVED for one in redone):
        _settle(version, PlanVersion.State.EFFECTIVE)
        record(case, "plan.effective", by=SYSTEM, version=version.number)
        notices.plan_settled(case, version.number, holds=True)


def _settle(version: PlanVersion, state: PlanVersion.State) -> None:
    version.state, version.settled_at = state, timezone.now()
    version.save(update_fields=["state", "settled_at"])


def is_refusal_of_change(case: Case, sub: SubApplication, answer: Answer) -> bool:
    """Whether a refusal is about a new version of the plan, and so leaves the decision of before untouched."""
    version = proposed(case) if sub.plan_version > 1 and answer.status in ("rejected", "not_accepted") else None
    return version is not None and str(sub.pk) in version.decided_before


def refuse_change(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer) -> None:
    """One department does not agree: the plan of before holds, and those who had the new one hear of it."""
    version = proposed(case)
    if version is None:
        return
    fields = dict(case.answers.get("fields") or {})
    fields.update({path: old for path, (old, _new) in version.values.items()})
    case.answers = {**case.answers, "fields": fields}
    case.save(update_fields=["answers"])
    texts = [reason.text for reason in answer.reasons]
    record(case, "plan.refused", by=Actor("department", department=sub.department), sub=sub, version=version.number)
    for one in subs:
        if str(one.pk) in version.redone:
            _go_back(case, one, version)
    _settle(version, PlanVersion.State.REFUSED)
    notices.plan_settled(case, version.number, holds=False, why="；".join(texts))


def _go_back(case: Case, sub: SubApplication, version: PlanVersion) -> None:
    """To the decision of before; who had been told the new values is told the old ones again."""
    HeldAnswer.objects.filter(sub=sub, released_at=None).delete()
    was_told = not outbox.cancel_due(sub) and sub.state != SubState.WAITING
    if str(sub.pk) in version.decided_before:
        sub.keep_decision(at=timezone.now())
    sub.round += 1
    sub.save(update_fields=["state", "closed_at", "next_at", "round"])
    filing = outbox.filing_of(sub)
    if was_told and filing is not None:
        old = {path: before for path, (before, _new) in version.values.items()}
        outbox.promise(sub, Delivery.Purpose.CHANGE, change_body(case, sub, old), target=filing)
