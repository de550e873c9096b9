"""What follows from a run, some filings at a time and again after a crash: people are told, items come to their end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bundles import forms, queries
from bundles.forms.typed import stored_form
from bundles.rules import UNKNOWN, evaluate
from bundles.spec import BundleSpec
from cases import notices
from cases.actions.batches import freezing
from cases.actions.engine import answers, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.registers.facts import context_of
from cases.models import AllocationPlace, AllocationRun, Case, PointsSheet, SubApplication
from cases.ports import SYSTEM, Actor, Answer, Reason
from cases.states import SubState

CHUNK = 100
NO_SEAT = "志愿都已额满，也没有可以统筹的名额"


def settle_published() -> int:
    """Carry the places of published runs to their items; returns how many. Safe to repeat and to break off."""
    runs = AllocationRun.objects.filter(published_at__isnull=False, settled_at=None).order_by("published_at")
    return sum(_settle(run) for run in runs[:5])


def tell_publicity() -> int:
    """Tell those whose points and rank are shown now; returns how many were told."""
    due = AllocationPlace.objects.filter(run__state=AllocationRun.State.PUBLICITY, told_at=None).order_by("pk")
    return rounds.each("batches.placing.tell_publicity", due, _tell, case="sub__case_id", limit=CHUNK)


@transaction.atomic
def _tell(place_id: int) -> None:
    place = AllocationPlace.objects.select_related("run", "sub").filter(pk=place_id).first()
    if place is None or place.run.publicity_until is None:
        return
    case = lock_case(place.sub.case_id)
    AllocationPlace.objects.filter(pk=place_id).update(told_at=timezone.now())
    record(case, "allocation.publicity", by=SYSTEM, run=str(place.run_id))
    notices.points_public(case, place.run.publicity_until)


def settle_all(run: AllocationRun) -> int:
    """Carry every place of a run, for the command that waits for the end."""
    done = 0
    while steps := _settle(run):
        done += steps
    return done


def _settle(run: AllocationRun) -> int:
    due = AllocationPlace.objects.filter(run=run, settled_at=None).order_by("pk")
    done = rounds.each("batches.placing.settle_published", due, _take_effect, case="sub__case_id", limit=CHUNK)
    if not due.exists():
        AllocationRun.objects.filter(pk=run.pk, settled_at=None).update(settled_at=timezone.now())
    return done


@transaction.atomic
def _take_effect(place_id: int) -> None:
    """The item is decided by the place; one that was withdrawn meanwhile stays as it is, its seat for the next run."""
    place = AllocationPlace.objects.select_related("run", "sub").get(pk=place_id)
    case = lock_case(place.sub.case_id)
    subs = lock_subs(case)
    sub = next(one for one in subs if one.pk == place.sub_id)
    AllocationPlace.objects.filter(pk=place_id).update(settled_at=timezone.now())
    if sub.state != SubState.WAITING or sub.held_by != freezing.GATE:
        return
    now = timezone.now()
    sub.release(at=now)
    sub.held_by = ""
    sub.save(update_fields=["state", "released_at", "held_by"])
    record(case, "allocation.placed", by=SYSTEM, sub=sub, run=str(place.run_id), number=place.number)
    by = Actor("department", department=sub.department)
    answers.apply_answer(case, subs, sub, _answer(case, sub, place), by=by)


def _answer(case: Case, sub: SubApplication, place: AllocationPlace) -> Answer:
    spec = queries.version(case.bundle_version_id).spec
    if place.choice:
        return Answer(sub.pk, "approved", result=_result(case, sub, place, spec))
    code = freezing.wanted(spec).not_placed or ""
    known = next((reason.zh for reason in spec.reasons.reject if reason.code == code), NO_SEAT)
    return Answer(sub.pk, "rejected", reasons=(Reason(code, "", known),))


def _result(case: Case, sub: SubApplication, place: AllocationPlace, spec: BundleSpec) -> Mapping[str, Any]:
    """The fields of the result: words of the run (`@choice` …), or what an expression says of the case."""
    words = {
        "@choice": place.choice, "@group": place.group, "@batch": place.run.batch, "@number": sub.number,
        "@points": _points_of(case.pk),
    }  # fmt: skip
    scope = forms.scope(context_of(case))
    wanted = freezing.wanted(spec).result or {}
    found = {name: _value(str(text), words, scope) for name, text in wanted.items()}
    return {name: value for name, value in found.items() if value is not None}


def _value(text: str, words: Mapping[str, str], scope: forms.FormScope) -> object:
    if text.startswith("@"):
        for word, said in words.items():
            text = text.replace(word, said)
        return text
    value = evaluate(text, scope)
    return None if value is UNKNOWN else stored_form(value)


def _points_of(case_id: UUID) -> str:
    sheet = PointsSheet.objects.filter(pk=case_id).first()
    return str(sheet.total or "0") if sheet else "0"
