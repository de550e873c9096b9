"""Papers owed after acceptance (容缺受理): accepted first, the result waits for them, a missed day ends the item.

国发〔2022〕5号: the main papers are complete, a minor one is promised in writing within a limit; it is examined at
once, no result goes out before the paper is there; who does not bring it in time is done; unrepaired dishonesty
excludes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import clock, docket, notices, outbox
from cases.actions.deadlines import limits
from cases.actions.deciding import documents, lapsing
from cases.actions.deciding.document_words import day_in_full
from cases.actions.delivery.bodies import material_entry, row_of
from cases.actions.engine import holding, progress, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.errors import NotReady, WrongState
from cases.models import Case, Delivery, Document, Material, OwedPaper, SubApplication
from cases.ports import SYSTEM, Actor, Answer
from cases.states import SUB_FINAL, SubState

State = OwedPaper.State
HELD_FOR_PAPER = "deferred"
REMINDED_BEFORE = (3, 1)  # working days
LOOKED_AT = time(8, 0)
# Rounds of their own, apart from those of supplement notices: an owed paper is no supplement and counts as none.
OWED_ROUND = 1000
BATCH = 50
SENT = frozenset({SubState.DISPATCHED, SubState.RECEIVED, SubState.ACCEPTED, SubState.SPECIAL_PROCEDURE})


# ---- promised -----------------------------------------------------------------------------------------------


def note_owed(case: Case, subs: list[SubApplication]) -> None:
    """AFTER_FILING: what was deferred in the draft is owed from now on, its day counted from the filing."""
    if docket.has_none(Material, case.pk):
        return
    now = timezone.now()
    spec = queries.version(case.bundle_version_id).spec
    known = set(OwedPaper.objects.filter(case=case).values_list("slot", flat=True))
    filed = {sub.item_id for sub in subs}
    new = False
    for material in Material.objects.filter(case=case, source=Material.Source.DEFERRED).exclude(slot__in=known):
        declared = spec.material(material.material_id)
        if declared.deferrable is None or not spec.items_of_material(declared) & filed:
            continue
        due_on = clock.due(timezone.localtime(now), declared.deferrable, limits.calendar_of(case)).on
        material.due_on = due_on
        material.save(update_fields=["due_on"])
        OwedPaper.objects.create(
            case=case,
            slot=material.slot,
            material_id=material.material_id,
            promised_at=now,
            due_on=due_on,
            next_at=_next_look(case, due_on, None),
        )
        new = True
    if new:
        documents.issue(case, Document.Kind.DEFERRED)


def reason_to_wait(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer) -> str:
    """BEFORE_APPROVAL: no result before every paper owed for this item is there."""
    return HELD_FOR_PAPER if owed_for(case, sub) else ""


def owed_for(case: Case, sub: SubApplication) -> list[OwedPaper]:
    """What is still owed that this item needs."""
    if docket.has_none(OwedPaper, case.pk):
        return []
    owed = OwedPaper.objects.filter(case=case, state=State.OWED)
    return [paper for paper in owed if _needs(case, sub, paper)]


def _needs(case: Case, sub: SubApplication, paper: OwedPaper) -> bool:
    spec = queries.version(case.bundle_version_id).spec
    if sub.item_id not in spec.items_of_material(spec.material(paper.material_id)):
        return False
    row, index = row_of(sub), paper.slot.rpartition(".")[2]
    return row is None or not index.isdecimal() or int(index) == row.index


# ---- handed in ----------------------------------------------------------------------------------------------


def hand_in(case_id: UUID, slot: str, *, by: Actor) -> None:
    """The owed paper is complete: sent to those who need it, and what waited for it alone goes on.

    Raises NotReady while nothing was uploaded, WrongState where nothing is owed any more.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        subs = lock_subs(case)
        paper = OwedPaper.objects.select_for_update().filter(case=case, slot=slot).first()
        if paper is None or paper.state != State.OWED:
            raise WrongState(_("这份材料不用再补了，可能已经交过，或已经过期"))
        files = list(Material.objects.filter(case=case, slot=slot, source=Material.Source.UPLOAD))
        if not files:
            raise NotReady(_("还没有上传文件，先上传再提交"))
        _close(paper, State.HANDED_IN)
        record(case, "paper.handed_in", by=by, slot=slot)
        for sub in subs:
            if sub.state in SENT and sub.connect != "manual" and _needs(case, sub, paper):
                _send(sub, files)
        holding.release(case, subs)
        progress.advance(case, subs)


def _send(sub: SubApplication, files: Sequence[Material]) -> None:
    """Only the paper, to one department; no supplement notice, no new round of the applicant."""
    number = Delivery.objects.filter(sub=sub, purpose=Delivery.Purpose.SUPPLEMENT, round__gte=OWED_ROUND).count()
    body = {
        "contract": 1,
        "sub_application_id": str(sub.pk),
        "round": sub.round,
        "owed": True,
        "fields": {},
        "materials": [material_entry(material, sub) for material in files],
    }
    outbox.promise(
        sub, Delivery.Purpose.SUPPLEMENT, body, target=outbox.filing_of(sub), round_no=OWED_ROUND + number + 1
    )


def _close(paper: OwedPaper, state: str) -> None:
    paper.state, paper.next_at, paper.closed_at = state, None, timezone.now()
    paper.save(update_fields=["state", "next_at", "closed_at"])


def drop_what_nobody_needs(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """AFTER_FINAL: an item has ended; a paper that only ended items wanted is not owed any more."""
    if docket.has_none(OwedPaper, case.pk):
        return
    for paper in OwedPaper.objects.filter(case=case, state=State.OWED):
        if not any(one.state not in SUB_FINAL and _needs(case, one, paper) for one in subs):
            _close(paper, State.DROPPED)


def someone_owes(case: Case, subs: list[SubApplication]) -> bool:
    """WAITS_FOR_APPLICANT: an approval is there already and waits for nothing but the applicant's paper."""
    return any(holding.held_reason(sub) == HELD_FOR_PAPER for sub in subs if sub.state not in SUB_FINAL)


# ---- reminded, and ended ------------------------------------------------------------------------------------


def _next_look(case: Case, due_on: date, reminded: int | None) -> datetime:
    """The next reminder's morning, or the morning after the last day."""
    today = timezone.localdate()
    for days in REMINDED_BEFORE:
        day = _working_days_before(case, due_on, days)
        if (reminded is None or days < reminded) and day > today:
            return _morning(day)
    return _morning(due_on + clock.ONE_DAY)


def _working_days_before(case: Case, day: date, count: int) -> date:
    calendar = limits.calendar_of(case)
    while count:
        day -= clock.ONE_DAY
        count -= calendar.is_working_day(day)
    return day


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, LOOKED_AT))


def look_at_owed() -> int:
    """ON_SWEEP: remind three days and one day before; end what was not brought by its day."""
    due = OwedPaper.objects.filter(state=State.OWED, next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each("papers.deferrals.look_at_owed", due, _look_again, "case_id", limit=BATCH)


@transaction.atomic
def _look_again(paper_id: UUID, case_id: UUID) -> None:
    case = lock_case(case_id)
    paper = OwedPaper.objects.select_for_update().get(pk=paper_id)
    if paper.state == State.OWED and paper.next_at and paper.next_at <= timezone.now():
        _look_at(case, paper)


def _look_at(case: Case, paper: OwedPaper) -> None:
    today = timezone.localdate()
    if today > paper.due_on:
        _lapse(case, paper)
        return
    reached = [days for days in REMINDED_BEFORE if _working_days_before(case, paper.due_on, days) <= today]
    nearest = min(reached, default=None)
    if nearest is not None and (paper.reminded is None or nearest < paper.reminded):
        paper.reminded = nearest
        notices.tell(case, "paper_owed", paper=_title(case, paper), until=day_in_full(paper.due_on))
    paper.next_at = _next_look(case, paper.due_on, paper.reminded)
    paper.save(update_fields=["reminded", "next_at"])


def _lapse(case: Case, paper: OwedPaper) -> None:
    """The day has passed: the items that need the paper end (逾期终止), in writing; their departments are told."""
    subs = lock_subs(case)
    _close(paper, State.LAPSED)
    record(case, "paper.overdue", by=SYSTEM, slot=paper.slot, due_on=paper.due_on.isoformat())
    for sub in subs:
        if sub.state not in SUB_FINAL and _needs(case, sub, paper):
            why = f"“{_title(case, paper)}”没有在{day_in_full(paper.due_on)}前补交，终止办理"
            lapsing.lapse(case, subs, sub, code="paper", why=why)
    notices.tell(case, "paper_overdue", paper=_title(case, paper))
    progress.advance(case, subs)


def _title(case: Case, paper: OwedPaper) -> str:
    return queries.version(case.bundle_version_id).spec.material(paper.material_id).zh
