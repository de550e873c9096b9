"""Supplement (补正): one notice with numbered points; only what was asked is answered, to those who asked.

行政许可法 第三十二条第一款第四项: what is missing is told at once and all together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bundles import forms
from cases import notices, outbox
from cases.actions import limits, progress
from cases.actions.bodies import supplement_body
from cases.actions.events import record
from cases.actions.facts import context_of
from cases.actions.locking import lock_case, lock_subs
from cases.errors import NotReady, WrongState
from cases.models import Case, Delivery, Material, SubApplication, Supplement, SupplementPoint
from cases.ports import SYSTEM, Actor, Reason
from cases.states import SubState

ANSWER_WORKING_DAYS = 5
PORTAL = "portal"  # asks on its own account, where a rule found something missing before filing with a department


def request(
    case: Case, sub: SubApplication, reasons: Sequence[Reason], *, by: Actor, asked_by: str | None = None
) -> Supplement:
    """A department (or the portal's own rules) needs something: its points join the open notice of the case."""
    sub.request_supplement()
    notice = _open_notice(case)
    sub.next_at = timezone.now() + progress.RECHECK
    sub.save(update_fields=["state", "round", "next_at"])
    for reason in reasons or (Reason("", "", "部门请您补充材料，但没有写明内容，请联系部门"),):
        SupplementPoint.objects.create(
            supplement=notice,
            sub=sub,
            department=asked_by or sub.department,
            about=reason.about,
            code=reason.code,
            text=reason.text,
            asked_at=timezone.now(),
        )
    record(case, "item.supplement_requested", by=by, sub=sub, about=[r.about for r in reasons], round=sub.round)
    return notice


def _open_notice(case: Case) -> Supplement:
    now = timezone.now()
    notice, is_new = Supplement.objects.get_or_create(
        case=case,
        state=Supplement.State.OPEN,
        defaults={
            "round": Supplement.objects.filter(case=case).count() + 1,
            "sent_at": now,
            "next_at": now + progress.RECHECK,
            "due_on": limits.calendar_of(case).add_working_days(timezone.localdate(now), ANSWER_WORKING_DAYS),
        },
    )
    if is_new:
        notices.supplement_requested(case, notice.due_on)
    return notice


def open_notice(case: Case) -> Supplement | None:
    """The notice the applicant has to answer now."""
    return Supplement.objects.filter(case=case, state=Supplement.State.OPEN).first()


def open_paths(case: Case) -> frozenset[str]:
    """Fields and materials that a notice has opened again; nothing else can be changed meanwhile."""
    notice = open_notice(case)
    return frozenset(point.about for point in points_of(notice)) if notice else frozenset()


def points_of(notice: Supplement) -> list[SupplementPoint]:
    """The points of a notice that still want an answer, in the order they were asked."""
    return list(SupplementPoint.objects.filter(supplement=notice, dropped_at=None))


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
            raise WrongState("没有需要补正的内容，可能已经交过了")
        _check_answered(case, notice)
        points = points_of(notice)
        for sub in subs:
            mine = [point for point in points if point.sub_id == sub.pk]
            if mine and sub.state == SubState.SUPPLEMENT_REQUESTED:
                _send_back(case, sub, mine, by)
        notice.state, notice.answered_at, notice.next_at = Supplement.State.ANSWERED, timezone.now(), None
        notice.save(update_fields=["state", "answered_at", "next_at"])
        progress.advance(case, subs)
        return case


def _send_back(case: Case, sub: SubApplication, points: Sequence[SupplementPoint], by: Actor) -> None:
    now = timezone.now()
    _let_the_clock_run_on(case, sub, min(point.asked_at for point in points), now)
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
    if sub.connect != "manual":
        context = context_of(case)
        body = supplement_body(case, sub, context, forms.select(context), [point.about for point in points])
        outbox.promise(sub, Delivery.Purpose.SUPPLEMENT, body, target=outbox.filing_of(sub))


def _let_the_clock_run_on(case: Case, sub: SubApplication, asked_at: datetime, now: datetime) -> None:
    """The days between question and answer count against nobody: both due days move by them."""
    paused, resumed = timezone.localdate(asked_at), timezone.localdate(now)
    for name in ("due_on", "statutory_due_on"):
        if getattr(sub, name) is not None:
            setattr(sub, name, limits.after_pause(case, getattr(sub, name), paused, resumed))
    sub.save(update_fields=["due_on", "statutory_due_on"])


def drop_points_of(case: Case, sub: SubApplication) -> None:
    """A decided item needs nothing any more; a notice without points is cancelled."""
    notice = open_notice(case)
    if notice is None:
        return
    points = SupplementPoint.objects.filter(supplement=notice, dropped_at=None)
    points.filter(sub=sub).update(dropped_at=timezone.now())
    if not points.exists():
        notice.state = Supplement.State.CANCELLED
        notice.save(update_fields=["state"])
        record(case, "supplement.cancelled", by=SYSTEM, round=notice.round)


def _check_answered(case: Case, notice: Supplement) -> None:
    """Every asked material has a file newer than the notice or is covered, every asked field is right."""
    context = context_of(case)
    errors = {error.path: error.message for error in forms.check_all(context, forms.select(context))}
    lacking = []
    for point in points_of(notice):
        if _is_material(context, point.about):
            fresh = Material.objects.filter(case=case, material_id=point.about, created_at__gte=notice.sent_at)
            if not fresh.exists():
                lacking.append((point.about, f"请补上：{context.spec.material(point.about).zh}"))
        lacking += [(path, text) for path, text in errors.items() if _asked(path, frozenset({point.about}))]
    if lacking:
        raise NotReady(f"还有 {len(lacking)} 处没补好：{lacking[0][1]}", tuple(lacking))


def _asked(path: str, allowed: frozenset[str]) -> bool:
    return path in allowed or path.split(".")[-1] in allowed or path.split(".")[0] in allowed


def _is_material(context: forms.Context, about: str) -> bool:
    return any(material.id == about for material in context.spec.materials)
