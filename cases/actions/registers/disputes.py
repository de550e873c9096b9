"""Data disputes (数据异议): made on a locked value in the draft, looked into at the source, answered to the applicant.

政务数据共享条例 (国令809号): shared data that is wrong is checked and corrected where it comes from. The items that
need the value go to a person meanwhile and are never refused on it by a rule; nothing else waits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.forms.answers import is_locked, place_of, source_of, stored, with_values
from cases import clock, notices, outbox
from cases.actions.deadlines import limits
from cases.actions.desk import attention
from cases.actions.engine import progress, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.papers import uploads
from cases.actions.papers.uploads import Posted
from cases.actions.registers.facts import context_of
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Case, DataDispute, Delivery, Material, SubApplication
from cases.ports import Actor
from cases.queries.disputes import concerns, open_disputes
from cases.states import SUB_FINAL, SubState

State = DataDispute.State
ANSWER_WORKING_DAYS = 10
# Rounds of their own, apart from those of supplement notices and owed papers: the department asked for nothing.
CORRECTED_ROUND = 2000
SENT = frozenset({SubState.DISPATCHED, SubState.RECEIVED, SubState.ACCEPTED, SubState.SPECIAL_PROCEDURE})
BATCH = 50


def note_disputes(case: Case, subs: list[SubApplication]) -> None:
    """AFTER_FILING: what was disputed in the draft goes to the department that keeps the source."""
    disputed = (case.answers or {}).get("disputes")
    if not disputed:
        return
    known = set(DataDispute.objects.filter(case=case).values_list("path", flat=True))
    for path, said in disputed.items():
        if path not in known and is_locked(case.answers, path):
            _open(case, path, said)


def _open(case: Case, path: str, said: dict[str, Any]) -> None:
    now = timezone.now()
    due_on = limits.calendar_of(case).add_working_days(timezone.localdate(now), ANSWER_WORKING_DAYS)
    spec = queries.version(case.bundle_version_id).spec
    place = place_of(spec, path)
    source = str(said.get("source") or "")
    DataDispute.objects.create(
        case=case,
        path=path,
        source=source[:128],
        department=_keeper(source) or spec.lead,
        held_value=stored(case.answers, place) if place else None,
        stated_value=said["value"],
        reason=said["reason"],
        evidence=Material.objects.filter(case=case, slot=evidence_slot(path)).first(),
        asked_at=now,
        due_on=due_on,
        next_at=_morning_after(due_on),
    )


def _keeper(source: str) -> str:
    """The department that keeps a source: "api:HUKOU_INFO@elder.address" is the police's."""
    kind, _colon, rest = source.partition(":")
    code = rest.partition("@")[0]
    registry = queries.registry()
    found = registry.licences.get(code) if kind == "licence" else registry.interfaces.get(code)
    return found.dept if found else ""


def _morning_after(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + clock.ONE_DAY, time(8, 0)))


def evidence_slot(path: str) -> str:
    """Where the evidence of a dispute lies among the papers of the case."""
    return f"dispute:{path}"[:96]


def add_evidence(case_id: UUID, path: str, file: Posted, *, by: Actor) -> Material:
    """Lay a paper beside a dispute, in the draft or while it is open; a later one replaces it. Raises BadUpload."""
    examined = uploads.examine(file, max_bytes=None)
    with transaction.atomic():
        case = lock_case(case_id)
        dispute = DataDispute.objects.select_for_update().filter(case=case, path=path).first()
        is_drafted = dispute is None and path in ((case.answers or {}).get("disputes") or {})
        if not is_drafted and (dispute is None or dispute.state != State.OPEN):
            raise WrongState(_("这项异议已经答复，不用再补证明"))
        for old in Material.objects.filter(case=case, slot=evidence_slot(path)):
            uploads.forget_file(old)
            old.delete()
        kept = uploads.keep_beside(case, evidence_slot(path), examined, "evidence")
        if dispute is not None:
            dispute.evidence = kept
            dispute.save(update_fields=["evidence"])
        record(case, "data.dispute_evidence", by=by, path=path)
        return kept


def is_disputed(sub: SubApplication) -> bool:
    """Whether a rule may not act on its own: a value this item needs is disputed."""
    return bool(open_disputes(sub))


# ---- answered -----------------------------------------------------------------------------------------------


def uphold(dispute_id: UUID, text: str, *, by: Actor) -> DataDispute:
    """The applicant is right: the corrected value is used from now on, and whoever worked with the old one hears it.

    Raises CaseError where what was stated is no value of this field.
    """
    with transaction.atomic():
        case, dispute = _lock(dispute_id)
        _close(dispute, State.UPHELD, text, by)
        _use_stated(case, dispute)
        record(case, "data.dispute_upheld", by=by, path=dispute.path)
        subs = lock_subs(case)
        for sub in subs:
            if concerns(queries.version(case.bundle_version_id).spec, dispute.path, sub):
                _tell_item(case, sub, dispute)
        _told(case, dispute, "已按您说的更正")
        progress.advance(case, subs)
        return dispute


def refuse(dispute_id: UUID, text: str, *, by: Actor) -> DataDispute:
    """The source is right. Raises NotReady without a reason: the applicant reads it."""
    if not text.strip():
        raise NotReady(_("请写明核对的结果和理由，申请人会看到"))
    with transaction.atomic():
        case, dispute = _lock(dispute_id)
        _close(dispute, State.REFUSED, text, by)
        record(case, "data.dispute_refused", by=by, path=dispute.path)
        _told(case, dispute, "经核对原数据无误")
        progress.advance(case, lock_subs(case))
        return dispute


def withdraw(dispute_id: UUID, *, by: Actor) -> DataDispute:
    """Whoever raised it takes it back: what the register says stands, and what waited for an answer goes on.

    The caller has made sure that it is the applicant. Raises WrongState once it is answered.
    """
    with transaction.atomic():
        case, dispute = _lock(dispute_id)
        _close(dispute, State.WITHDRAWN, "", by)
        record(case, "data.dispute_withdrawn", by=by, path=dispute.path)
        if case.is_open:
            progress.advance(case, lock_subs(case))
        return dispute


def _lock(dispute_id: UUID) -> tuple[Case, DataDispute]:
    case = lock_case(DataDispute.objects.values_list("case_id", flat=True).get(pk=dispute_id))
    return case, DataDispute.objects.select_for_update().get(pk=dispute_id)


def _close(dispute: DataDispute, state: str, text: str, by: Actor) -> None:
    if dispute.state != State.OPEN:
        raise WrongState(_("这项异议已经答复过了"))
    dispute.state, dispute.answer, dispute.answered_at = state, text.strip() or None, timezone.now()
    dispute.answered_by_id, dispute.next_at = (UUID(by.id) if by.id else None), None
    dispute.save(update_fields=["state", "answer", "answered_at", "answered_by", "next_at"])


def _use_stated(case: Case, dispute: DataDispute) -> None:
    """The stated value takes the place of the register's, as a correction and locked again."""
    context = context_of(case)
    place, source = place_of(context.spec, dispute.path), source_of(case.answers, dispute.path) or {}
    if place is None:
        raise CaseError(_("表单里没有这一项，不能更正"))
    unlocked = with_values(case.answers, {}, {dispute.path: {**source, "locked": False}})
    case.answers = unlocked
    context = context_of(case)
    cleaned = forms.clean_field(context, forms.select(context), dispute.path, dispute.stated_value)
    checked = replace(context, answers=cleaned.answers)
    wrong = [error for error in forms.check_all(checked, forms.select(checked)) if error.path == dispute.path]
    if cleaned.errors or wrong or stored(cleaned.answers, place) in (None, ""):
        raise CaseError(_("申请人写的内容不是这一项的有效格式，请联系申请人"))
    corrected = {**source, "label": "数据异议更正", "at": timezone.localtime().isoformat(), "locked": True}
    case.answers = with_values(cleaned.answers, {}, {dispute.path: corrected})
    case.version += 1
    case.save(update_fields=["answers", "version"])


def _tell_item(case: Case, sub: SubApplication, dispute: DataDispute) -> None:
    """An item that is out learns the right value; one that is decided is put before its department again."""
    if sub.state in SUB_FINAL:
        if sub.state in (SubState.APPROVED, SubState.REJECTED):
            attention.raise_attention(case, Attention.Reason.OUTDATED, sub=sub, detail=dispute.path)
    elif sub.state in SENT and sub.connect != "manual":
        number = Delivery.objects.filter(sub=sub, purpose=Delivery.Purpose.SUPPLEMENT, round__gte=CORRECTED_ROUND)
        context, name = context_of(case), dispute.path.rpartition(".")[2]
        row = forms.Row(sub.row_group, sub.row_index) if sub.row_index is not None else None
        fields = forms.split(context, forms.select(context), sub.item_id, row)
        body = {
            "contract": 1,
            "sub_application_id": str(sub.pk),
            "round": sub.round,
            "owed": True,
            "fields": {key: value for key, value in fields.items() if key in (name, dispute.path.partition(".")[0])},
            "materials": [],
        }
        round_no = CORRECTED_ROUND + number.count() + 1
        outbox.promise(sub, Delivery.Purpose.SUPPLEMENT, body, target=outbox.filing_of(sub), round_no=round_no)


def _told(case: Case, dispute: DataDispute, outcome: str) -> None:
    notices.tell(case, "dispute_answered", outcome=outcome)


def call_for_answers() -> int:
    """ON_SWEEP: a dispute whose day has passed is put before the department of the source, again every week."""
    due = DataDispute.objects.filter(state=State.OPEN, next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each("registers.disputes.call_for_answers", due, _call, "case_id", "department", limit=BATCH)


@transaction.atomic
def _call(dispute_id: UUID, case_id: UUID, department: str) -> None:
    case = lock_case(case_id)
    attention.raise_attention(case, Attention.Reason.UNCHECKED, detail=f"数据异议：{department}")
    again = timezone.now() + 7 * clock.ONE_DAY
    DataDispute.objects.filter(pk=dispute_id, state=State.OPEN).update(next_at=again)
