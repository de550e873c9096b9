"""Points of a case (积分): computed from registers, completed by people, objected to rule by rule.

A line that is settled stays as it was found; only open lines and those whose answers changed are looked at again, and
an objection scores its one rule anew. 政务数据共享条例: shared data may be objected to, and a person checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms
from bundles.forms import points as tables
from bundles.forms.points import PointsLine
from bundles.forms.selection import holds
from cases import docket, notices
from cases.actions.desk import attention
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.registers import facts
from cases.errors import CaseError, NotReady, WrongState
from cases.models import AllocationPlace, Attention, Case, Objection, PointsScore, PointsSheet, SubApplication
from cases.ports import SYSTEM, Actor
from cases.queries.people import StaffPerson
from cases.queries.points import line_from, written
from cases.states import CASE_OPEN

TRY_AGAIN = timedelta(hours=1)
BATCH = 50
MAX_POINTS = 1000
MAX_WORDS = 500


def begin(case: Case, subs: list[SubApplication]) -> None:
    """The case was filed: where its bundle has a points table that applies, a sheet is due."""
    context = facts.context_of(case)
    sub = _scoring_sub(context, subs)
    if sub is None:
        return
    now = timezone.now()
    PointsSheet.objects.get_or_create(case=case, defaults={"department": sub.department, "next_at": now})


def _scoring_sub(context: forms.Context, subs: list[SubApplication]) -> SubApplication | None:
    """The sub-application whose department scores, None where the table does not apply to this case."""
    table = context.spec.points
    item = tables.points_item(context.spec)
    sub = next((one for one in subs if one.item_id == item), None)
    applies = table is not None and holds(table.when, forms.scope(context))
    return sub if applies else None


def compute_due() -> int:
    """Compute the sheets that are due; returns how many. No transaction spans a look-up."""
    due = PointsSheet.objects.filter(next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each("batches.scoring.compute_due", due, compute, limit=BATCH)


def compute(case_id: UUID) -> PointsSheet:
    """Ask what the table reads, outside any transaction, then keep what came out and tell a person of what is open."""
    ask_registers(case_id)
    with transaction.atomic():
        case = lock_case(case_id)
        sheet = PointsSheet.objects.select_for_update().get(pk=case_id)
        context = facts.context_of(case)
        fresh = tables.sheet(context.spec, forms.scope(context), context.scored or {})
        if fresh is not None:
            known = {one["rule"]: one for one in sheet.lines}
            _keep(case, sheet, [_settled_or_new(known.get(line.rule), line) for line in fresh.lines])
        return sheet


def ask_registers(case_id: UUID) -> None:
    """Ask what rules and tie-breaks read; never inside a transaction."""
    case = Case.objects.select_related("applicant").get(pk=case_id)
    context = facts.context_of(case)
    facts.ask(case, _wanted(context), purpose=f"{context.spec.zh}：积分")


def _wanted(context: forms.Context) -> list[forms.Lookup]:
    found = (forms.lookup_for(context, path) for path in dict.fromkeys(_paths(context)))
    return [lookup for lookup in found if lookup is not None]


def _paths(context: forms.Context) -> Iterator[str]:
    """What the rules and the tie-breaks read from registers."""
    table = context.spec.points
    for rule in (rule for group in table.groups for rule in group.rules) if table else ():
        for text in (rule.expr, rule.score):
            yield from facts.paths_in(text) if isinstance(text, str) else ()
    for tie in table.tie_break if table else ():
        yield from facts.paths_in(tie.expr)


def _settled_or_new(known: dict[str, object] | None, line: PointsLine) -> PointsLine:
    """A settled line stays, unless the applicant's own answers behind it are others now (补正)."""
    before = line_from(known) if known else None
    if before is None or before.verdict == "open" or line.by_person:
        return line
    return before if _answers_read(before) == _answers_read(line) else line


def _answers_read(line: PointsLine) -> list[tuple[str, str]]:
    return [(reading.key, str(reading.value)) for reading in line.read if reading.kind in ("name", "column")]


def _keep(case: Case, sheet: PointsSheet, lines: list[PointsLine]) -> None:
    table = facts.context_of(case).spec.points
    assert table is not None
    summed = tables.sum_up(table, lines)
    now = timezone.now()
    sheet.lines = [written(line) for line in summed.lines]
    sheet.total = str(summed.total) if summed.total is not None else None
    sheet.is_open = bool(summed.open) or Objection.objects.filter(case=case, state=Objection.State.OPEN).exists()
    # What only a person can find is not found by asking again; what a register could not say may be there later.
    asks_again = any(line.found is None for line in summed.open) and case.state in CASE_OPEN
    sheet.computed_at, sheet.next_at = now, now + TRY_AGAIN if asks_again else None
    sheet.save(update_fields=["lines", "total", "is_open", "computed_at", "next_at"])
    record(case, "points.computed", by=SYSTEM, open=[line.rule for line in summed.open])
    _tell_people(case, sheet)


def _tell_people(case: Case, sheet: PointsSheet) -> None:
    """What is open has a person who looks after it (待核转人工), and nobody any more once it is settled."""
    item = tables.points_item(facts.context_of(case).spec)
    sub = SubApplication.objects.filter(case=case, item_id=item).order_by("seq").first()
    if sub is None:
        return
    if sheet.is_open and case.state in CASE_OPEN:
        attention.raise_attention(case, Attention.Reason.POINTS_OPEN, sub=sub)
    else:
        attention.close(case, Attention.Reason.POINTS_OPEN, sub=sub)


def look_again(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """An item has ended: what it yielded may settle a line; the sweep computes."""
    if not docket.has_none(PointsSheet, case.pk):
        PointsSheet.objects.filter(case=case, is_open=True).update(next_at=timezone.now())


# ---- people -------------------------------------------------------------------------------------------------


@transaction.atomic
def score(case_id: UUID, rule: str, points: Decimal, reason: str, *, by: StaffPerson) -> PointsSheet:
    """A person finds what one rule comes to; every finding stays on record.

    Raises NotReady without a reason or with points that the rule cannot give, CaseError for an unknown rule.
    """
    case, sheet = _locked(case_id)
    line = _line_of(sheet, rule)
    _check_finding(case, rule, points, reason)
    now = timezone.now()
    PointsScore.objects.create(
        case=case, rule=rule, points=points, reason=reason.strip()[:MAX_WORDS], scored_by_id=by.pk, scored_at=now
    )
    record(case, "points.scored", by=by.actor, rule=rule)
    _keep(case, sheet, [tables.scored_line(line, points) if one.rule == rule else one for one in _lines(sheet)])
    return sheet


@transaction.atomic
def object_to(case_id: UUID, rule: str, text: str, *, by: Actor) -> Objection:
    """The applicant objects to one rule; the others stand. Raises NotReady without words, WrongState when too late."""
    case, sheet = _locked(case_id)
    _line_of(sheet, rule)
    if not text.strip():
        raise NotReady(_("请写明哪里不对、应当是多少"))
    if case.state not in CASE_OPEN or is_published(case):
        raise WrongState(_("结果已经公布，不能再对积分提异议；对结果不服的可以申请行政复议"))
    if Objection.objects.filter(case=case, rule=rule, state=Objection.State.OPEN).exists():
        raise WrongState(_("这一项的异议正在复核，请等答复"))
    objection = Objection.objects.create(case=case, rule=rule, text=text.strip()[:MAX_WORDS], raised_at=timezone.now())
    record(case, "points.objected", by=by, rule=rule)
    _keep(case, sheet, _lines(sheet))
    return objection


@transaction.atomic
def settle(objection_id: UUID, answer: str, *, by: StaffPerson, points: Decimal | None = None) -> Objection:
    """Answer an objection: with `points` the one rule is scored anew, without them it stands. The applicant is told.

    Raises NotReady without a reasoned answer, WrongState when it was answered already.
    """
    case_id = Objection.objects.values_list("case_id", flat=True).get(pk=objection_id)
    case, sheet = _locked(case_id)
    objection = Objection.objects.select_for_update().get(pk=objection_id)
    if objection.state != Objection.State.OPEN:
        raise WrongState(_("这个异议已经答复过了"))
    if not answer.strip():
        raise NotReady(_("请写明复核的理由，申请人看得到"))
    objection.state = Objection.State.REFUSED if points is None else Objection.State.UPHELD
    objection.answer, objection.settled_at = answer.strip()[:MAX_WORDS], timezone.now()
    objection.settled_by_id = by.pk
    objection.save(update_fields=["state", "answer", "settled_at", "settled_by"])
    record(case, "points.settled", by=by.actor, rule=objection.rule, upheld=points is not None)
    if points is not None:
        score(case_id, objection.rule, points, answer, by=by)
    else:
        _keep(case, sheet, _lines(sheet))
    notices.points_settled(case)
    return objection


def is_published(case: Case) -> bool:
    """Whether a run has given this case its seat, or none, for everybody to see."""
    return AllocationPlace.objects.filter(sub__case=case, run__published_at__isnull=False).exists()


def _locked(case_id: UUID) -> tuple[Case, PointsSheet]:
    case = lock_case(case_id)
    sheet = PointsSheet.objects.select_for_update().filter(pk=case_id).first()
    if sheet is None or sheet.computed_at is None:
        raise WrongState(_("积分还没有算出来，请稍后再来"))
    return case, sheet


def _lines(sheet: PointsSheet) -> list[PointsLine]:
    return [line_from(one) for one in sheet.lines]


def _line_of(sheet: PointsSheet, rule: str) -> PointsLine:
    line = next((one for one in _lines(sheet) if one.rule == rule), None)
    if line is None:
        raise CaseError(_("积分表里没有这一项，请刷新页面"))
    return line


def _check_finding(case: Case, rule: str, points: Decimal, reason: str) -> None:
    if not reason.strip():
        raise NotReady(_("请写明依据，申请人看得到"))
    table = facts.context_of(case).spec.points
    declared = table.rule(rule).score if table else 0
    most = Decimal(str(declared)) if isinstance(declared, int | float) else Decimal(MAX_POINTS)
    if not min(most, Decimal(0)) <= points <= max(most, Decimal(0)):
        raise NotReady(
            _("这一项的分值应在 %(least)s 到 %(most)s 之间")
            % {"least": min(most, Decimal(0)), "most": max(most, Decimal(0))}
        )
