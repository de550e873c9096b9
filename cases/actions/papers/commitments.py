"""Commitments (告知承诺): the text that was signed, kept with its digest; checked after the decision.

国办发〔2020〕42号: conditions and consequences are told once and in writing, the applicant answers for them, nothing
more is asked; it is checked afterwards, and a decision that rests on an untrue one is taken back
(行政许可法 第六十九条第二款).
"""

from __future__ import annotations

from datetime import date, datetime, time
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec import Duration
from bundles.spec import Material as MaterialSpec
from cases import clock, docket
from cases.actions.deadlines import limits
from cases.actions.deciding import afterwards
from cases.actions.delivery.bodies import row_of
from cases.actions.desk import attention
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of
from cases.errors import NotReady, WrongState
from cases.models import Attention, Case, Commitment, CommitmentCheck, Material, SubApplication
from cases.ports import Actor
from cases.states import SubState

State = CommitmentCheck.State
USUAL_CHECK = Duration(n=3, unit="month")
REVOKED_FOR = "行政许可法 第六十九条第二款"
LOOKED_AT = time(8, 0)
BATCH = 50


def keep_signed(case: Case, subs: list[SubApplication]) -> None:
    """AFTER_FILING: what was committed to in the draft becomes a signed text of its own, with its digest."""
    if docket.has_none(Material, case.pk):
        return
    spec = queries.version(case.bundle_version_id).spec
    known = set(Commitment.objects.filter(case=case).values_list("slot", flat=True))
    signed = Material.objects.filter(case=case, source=Material.Source.COMMITMENT).exclude(slot__in=known)
    filed = {sub.item_id for sub in subs}
    for material in signed:
        declared = spec.material(material.material_id)
        if spec.items_of_material(declared) & filed:
            text = text_of(case, declared, material)
            Commitment.objects.create(
                case=case,
                slot=material.slot,
                material_id=material.material_id,
                text=text,
                sha256=sha256(text.encode()).hexdigest(),
                signed_by=case.applicant_name,
                signer_index=case.applicant_index,
                signed_at=material.created_at,
            )


def text_of(case: Case, declared: MaterialSpec, material: Material) -> str:
    """What is declared, by whom, and what follows from an untrue word."""
    spec = queries.version(case.bundle_version_id).spec
    items = "、".join(item.zh for item in spec.items if item.id in spec.items_of_material(declared))
    day = timezone.localdate(material.created_at)
    return (
        f"告知承诺书\n办件编号：{case.number}\n承诺人：{case.applicant_name}\n"
        f"事项：{items}\n承诺代替的材料：{material.name or declared.zh}\n"
        "本人（本单位）已知晓上述事项的办理条件和不实承诺的后果，承诺：所述情况真实，已符合规定条件；"
        "愿意接受事后核查；承诺不实的，同意撤销据此作出的决定、记入信用记录，并承担相应的法律责任。\n"
        f"承诺日期：{day.year}年{day.month}月{day.day}日"
    )


# ---- the later check ----------------------------------------------------------------------------------------


def plan_checks(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """AFTER_FINAL: an approval that rests on commitments is checked later, each of them once."""
    if sub.state != SubState.APPROVED or docket.has_none(Commitment, case.pk):
        return
    spec = queries.version(case.bundle_version_id).spec
    for commitment in Commitment.objects.filter(case=case):
        declared = spec.material(commitment.material_id)
        if sub.item_id in spec.items_of_material(declared) and _is_of_row(commitment.slot, sub):
            due_on = _due_on(case, declared)
            CommitmentCheck.objects.get_or_create(
                commitment=commitment,
                sub=sub,
                defaults={"department": sub.department, "due_on": due_on, "next_at": _morning_after(due_on)},
            )


def _is_of_row(slot: str, sub: SubApplication) -> bool:
    row, index = row_of(sub), slot.rpartition(".")[2]
    return row is None or not index.isdecimal() or int(index) == row.index


def _due_on(case: Case, declared: MaterialSpec) -> date:
    limit = declared.commitment_check or USUAL_CHECK
    return clock.due(timezone.localtime(), limit, limits.calendar_of(case)).on


def _morning_after(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + clock.ONE_DAY, LOOKED_AT))


def pass_check(check_id: UUID, finding: str, *, by: Actor) -> CommitmentCheck:
    """It was true. What was found is kept; nothing follows."""
    with transaction.atomic():
        case, check = _lock(check_id)
        _found(check, State.PASSED, finding.strip(), by)
        record(case, "commitment.checked", by=by, sub=check.sub, slot=check.commitment.slot)
        _settle_attention(case, check)
        return check


def fail_check(check_id: UUID, finding: str, *, by: Actor) -> CommitmentCheck:
    """It was not true: the decision is taken back (撤销), and the signer counts as dishonest until he repairs it.

    Raises NotReady without a finding: the person concerned reads it as the reason.
    """
    if not finding.strip():
        raise NotReady(_("请写明核查发现的情况，当事人会看到"))
    with transaction.atomic():
        case, check = _lock(check_id)
        _found(check, State.FAILED, finding.strip(), by)
        record(case, "commitment.broken", by=by, sub=check.sub, slot=check.commitment.slot)
        reason = f"告知承诺不实：{finding.strip()}"
        for row in afterwards.results_of_sub(check.sub):
            afterwards.revoke_locked(case, check.sub, row, reason=reason, article=REVOKED_FOR, by=by)
        _settle_attention(case, check)
        return check


def note_repair(check_id: UUID, *, by: Actor) -> CommitmentCheck:
    """The broken promise has been made good (信用修复): new promises are possible again."""
    with transaction.atomic():
        case, check = _lock(check_id)
        if check.state != State.FAILED or check.repaired_at is not None:
            raise WrongState(_("这项承诺没有需要修复的失信记录"))
        check.repaired_at = timezone.now()
        check.save(update_fields=["repaired_at"])
        record(case, "commitment.repaired", by=by, sub=check.sub, slot=check.commitment.slot)
        return check


def _lock(check_id: UUID) -> tuple[Case, CommitmentCheck]:
    sub_id = CommitmentCheck.objects.values_list("sub_id", flat=True).get(pk=check_id)
    case, sub = lock_case_of(sub_id)
    check = CommitmentCheck.objects.select_for_update().get(pk=check_id)
    check.sub = sub
    return case, check


def _found(check: CommitmentCheck, state: str, finding: str, by: Actor) -> None:
    if check.state != State.DUE:
        raise WrongState(_("这项承诺已经核查过了"))
    check.state, check.finding, check.checked_at = state, finding or None, timezone.now()
    check.checked_by_id, check.next_at = (UUID(by.id) if by.id else None), None
    check.save(update_fields=["state", "finding", "checked_at", "checked_by", "next_at"])


def _settle_attention(case: Case, check: CommitmentCheck) -> None:
    left = CommitmentCheck.objects.filter(sub=check.sub, state=State.DUE, due_on__lt=timezone.localdate())
    if not left.exists():
        attention.close(case, Attention.Reason.UNCHECKED, sub=check.sub)


def call_for_checks() -> int:
    """ON_SWEEP: a check whose day has passed is put before the department, and again every week."""
    due = CommitmentCheck.objects.filter(state=State.DUE, next_at__lte=timezone.now()).order_by("next_at")
    name = "papers.commitments.call_for_checks"
    return rounds.each(name, due, _call_for_check, "sub_id", case="sub__case_id", limit=BATCH)


@transaction.atomic
def _call_for_check(check_id: UUID, sub_id: UUID) -> None:
    case, sub = lock_case_of(sub_id)
    attention.raise_attention(case, Attention.Reason.UNCHECKED, sub=sub)
    again = timezone.now() + 7 * clock.ONE_DAY
    CommitmentCheck.objects.filter(pk=check_id, state=State.DUE).update(next_at=again)
