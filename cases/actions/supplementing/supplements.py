"""Supplement (补正): departments ask, one notice is given, only what was asked is answered, to those who asked.

行政许可法 第三十二条第一款第四项: what is missing is told at once and all together. How requests become one notice:
`collecting`; what becomes of a notice nobody answers: `notice_terms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms
from cases import docket, outbox
from cases.actions.deadlines import limits
from cases.actions.deciding import documents
from cases.actions.delivery.bodies import supplement_body
from cases.actions.desk import attention
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.registers.facts import context_of
from cases.actions.supplementing import collecting
from cases.actions.supplementing.collecting import collecting_notice, open_notice, points_of
from cases.errors import NotReady, WrongState
from cases.models import Attention, Case, Delivery, Material, Pause, SubApplication, Supplement, SupplementPoint
from cases.ports import SYSTEM, Actor, Reason
from cases.states import SubState

PORTAL = "portal"  # asks on its own account, where a rule found something missing before filing with a department
UNSTATED = Reason("", "", "部门请您补充材料，但没有写明内容，请联系部门")
PEOPLE = ("staff", "clerk")


def request(
    case: Case,
    sub: SubApplication,
    reasons: Sequence[Reason],
    *,
    by: Actor,
    asked_by: str | None = None,
    why_again: str = "",
) -> Supplement | None:
    """A department (or the portal's own rules) needs something: its points join the notice that is collecting.

    A second request of the same department says why it was not made at once; a person who does not say it gets
    NotReady, a system is let through for the applicant's sake, marked and counted. None: the notice is out already.
    """
    asking = asked_by or sub.department
    if sub.state == SubState.SUPPLEMENT_REQUESTED:
        notice = collecting_notice(case)
        return _add(notice, case, sub, reasons, asking, by, repeated=False, why_again="") if notice else None
    repeated = _has_asked_before(case, sub, asking)
    if repeated and not why_again.strip() and by.kind in PEOPLE:
        raise NotReady(
            _("已经请申请人补正过一次；再次要求补正，请写明为什么没有一次告知"), (("why_again", _("请写明理由")),)
        )
    sub.request_supplement()
    sub.next_at = timezone.now() + progress.RECHECK
    sub.save(update_fields=["state", "round", "next_at"])
    notice = collecting.begin_or_join(case, sub)
    if repeated and not why_again.strip():
        attention.raise_attention(case, Attention.Reason.ASKED_AGAIN, sub=sub)
    return _add(notice, case, sub, reasons, asking, by, repeated=repeated, why_again=why_again)


def _add(
    notice: Supplement, case: Case, sub: SubApplication, reasons: Sequence[Reason], asking: str, by: Actor, *,
    repeated: bool, why_again: str,
) -> Supplement:  # fmt: skip
    """Write the points down; the same one said twice (a repeated answer of the department) is one."""
    known = {(one.about, one.text) for one in points_of(notice) if one.sub_id == sub.pk}
    fresh = [reason for reason in reasons or (UNSTATED,) if (reason.about, reason.text) not in known]
    for reason in fresh:
        SupplementPoint.objects.create(
            supplement=notice,
            sub=sub,
            department=asking,
            about=reason.about[:96],
            code=reason.code[:32],
            text=reason.text,
            asked_at=timezone.now(),
            after_acceptance=sub.accepted_at is not None,
            repeated=repeated,
            why_again=why_again.strip() or None,
        )
    if fresh:
        facts = {"about": [reason.about for reason in fresh], "round": sub.round, "repeated": repeated}
        record(case, "item.supplement_requested", by=by, sub=sub, **facts)
    return notice


def _has_asked_before(case: Case, sub: SubApplication, asking: str) -> bool:
    """Whether this department was heard in a notice that was given while the item lay with it already.

    What starts later, on the result of another item, could not have been asked about before.
    """
    if asking == PORTAL or sub.released_at is None:
        return False
    told = SupplementPoint.objects.filter(sub__case=case, department=asking, told_at__gte=sub.released_at)
    return told.exists()


def open_paths(case: Case) -> frozenset[str]:
    """Fields and materials that a notice has opened again; nothing else can be changed meanwhile."""
    notice = open_notice(case)
    return frozenset(point.about for point in points_of(notice)) if notice else frozenset()


def correct(case_id: UUID, raw: Mapping[str, Any], *, by: Actor) -> tuple[forms.FieldError, ...]:
    """Save corrected fields of the open notice; returns what is still wrong with them. Sends nothing yet."""
    with transaction.atomic():
        case = lock_case(case_id)
        allowed = open_paths(case)
        context = context_of(case)
        selection = forms.select(context)
        errors: list[forms.FieldError] = []
        for path, typed in raw.items():
            if _asked(path, allowed):
                cleaned = forms.clean_field(context, selection, path, typed)
                case.answers = cleaned.answers
                errors += cleaned.errors
                context = context_of(case)
        found = forms.check_all(context, forms.select(context))
        errors += [error for error in found if _asked(error.path, allowed)]
        case.saved_at, case.version = timezone.now(), case.version + 1
        case.save(update_fields=["answers", "saved_at", "version"])
        return tuple(errors)


def answer(case_id: UUID, *, by: Actor) -> Case:
    """Send the answers of the open notice, each department only what it asked. Raises NotReady for a gap."""
    with transaction.atomic():
        case = lock_case(case_id)
        subs = lock_subs(case)
        notice = open_notice(case)
        if notice is None:
            raise WrongState(_("没有需要补正的内容，可能已经交过了"))
        _check_answered(case, notice)
        points = points_of(notice)
        for sub in subs:
            mine = [point for point in points if point.sub_id == sub.pk]
            if mine and sub.state == SubState.SUPPLEMENT_REQUESTED:
                send_back(case, subs, sub, mine, by)
        now = timezone.now()
        SupplementPoint.objects.filter(pk__in=[point.pk for point in points]).update(answered_at=now)
        notice.state, notice.answered_at, notice.next_at = Supplement.State.ANSWERED, now, None
        notice.save(update_fields=["state", "answered_at", "next_at"])
        record(case, "supplement.answered", by=by, round=notice.round)
        progress.advance(case, subs)
        return case


def send_back(
    case: Case, subs: list[SubApplication], sub: SubApplication, points: Sequence[SupplementPoint], by: Actor
) -> None:
    """The answer to these points goes to the department of one item, and to nobody else."""
    now = timezone.now()
    limits.resume(case, subs, sub, Pause.Kind.SUPPLEMENT, by=by, at=now)
    record(case, "item.supplemented", by=by, sub=sub, round=sub.round)
    if all(point.department == PORTAL for point in points):
        sub.release_again(at=now)
        sub.next_at = now
        sub.save(update_fields=["state", "released_at", "next_at"])
        outbox.nudge()
        return
    sub.supplement(at=now)
    sub.next_at = now + progress.FIRST_QUERY
    sub.save(update_fields=["state", "dispatched_at", "next_at"])
    send_to_department(case, sub, [point.about for point in points])


def send_to_department(case: Case, sub: SubApplication, about: Sequence[str]) -> Delivery | None:
    """Promise these fields and materials to the department of an item, under a round number of its own.

    None where nobody is told by wire: a person's worklist shows the case as it is, and what was never filed is not
    supplemented.
    """
    filing = outbox.filing_of(sub)
    if sub.connect == "manual" or filing is None:
        return None
    sent = Delivery.objects.filter(sub=sub, purpose=Delivery.Purpose.SUPPLEMENT)
    if sent.filter(round=sub.round).exists():
        sub.round = sent.aggregate(last=Max("round"))["last"] + 1
        sub.save(update_fields=["round"])
    context = context_of(case)
    body = supplement_body(case, sub, context, forms.select(context), about)
    return outbox.promise(sub, Delivery.Purpose.SUPPLEMENT, body, target=filing)


def go_on_without_points(case: Case, subs: list[SubApplication], sub: SubApplication, *, by: Actor) -> None:
    """Everything that was asked of one item is there without an answer to the notice: the department goes on."""
    now = timezone.now()
    limits.resume(case, subs, sub, Pause.Kind.SUPPLEMENT, by=by, at=now)
    if sub.dispatched_at is None:
        sub.release_again(at=now)
    else:
        sub.supplement(at=now)
    sub.next_at = now if sub.state == SubState.READY else now + progress.FIRST_QUERY
    sub.save(update_fields=["state", "released_at", "dispatched_at", "next_at"])
    for notice in Supplement.objects.filter(case=case, state__in=[Supplement.State.COLLECTING, Supplement.State.OPEN]):
        cancel_if_empty(case, notice, by=by)


def drop_points_of(case: Case, sub: SubApplication) -> None:
    """A decided item needs nothing any more; a notice without points is cancelled."""
    if docket.has_none(Supplement, case.pk):
        return
    for notice in Supplement.objects.filter(case=case, state__in=[Supplement.State.COLLECTING, Supplement.State.OPEN]):
        SupplementPoint.objects.filter(supplement=notice, dropped_at=None, sub=sub).update(dropped_at=timezone.now())
        cancel_if_empty(case, notice, by=SYSTEM)


def cancel_if_empty(case: Case, notice: Supplement, *, by: Actor) -> bool:
    """A notice nobody waits for any more is cancelled; what was given in writing is taken back in writing."""
    if SupplementPoint.objects.filter(supplement=notice, dropped_at=None).exists():
        return False
    was_told = notice.state == Supplement.State.OPEN
    notice.state, notice.next_at = Supplement.State.CANCELLED, None
    notice.save(update_fields=["state", "next_at"])
    if notice.document is not None:
        documents.withdraw(case, notice.document, by=by)
    if was_told:
        record(case, "supplement.cancelled", by=by, round=notice.round)
    return True


def _check_answered(case: Case, notice: Supplement) -> None:
    """Every asked material has a file newer than the notice or is covered, every asked field is right."""
    context = context_of(case)
    errors = {error.path: error.message for error in forms.check_all(context, forms.select(context))}
    lacking = {}
    for point in points_of(notice):
        if _is_material(context, point.about):
            fresh = Material.objects.filter(case=case, material_id=point.about, created_at__gte=point.told_at)
            if not fresh.exists():
                lacking[point.about] = f"请补上：{context.spec.material(point.about).zh}"
        lacking.update({path: text for path, text in errors.items() if _asked(path, frozenset({point.about}))})
    if lacking:
        raise NotReady(
            _("还有 %(count)s 处没补好：%(first)s") % {"count": len(lacking), "first": next(iter(lacking.values()))},
            tuple(lacking.items()),
        )


def _asked(path: str, allowed: frozenset[str]) -> bool:
    return path in allowed or path.split(".")[-1] in allowed or path.split(".")[0] in allowed


def _is_material(context: forms.Context, about: str) -> bool:
    return any(material.id == about for material in context.spec.materials)
