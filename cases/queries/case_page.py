"""Everything the page of a case shows, read in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles import queries
from bundles.forms.words import short_label
from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from cases.models import Attention, Case, Need, SubApplication
from cases.models.sub_application import Choice
from cases.queries.charges import ChargeView, charges_of
from cases.queries.documents import DocumentLine, documents_of
from cases.queries.nodes import ItemNode, node_of
from cases.queries.open_notice import Notice, Point, notice_of
from cases.queries.owed import OwedView, owed_papers
from cases.queries.people import pending_parties
from cases.queries.picture import Edge, flow_label, waves_of
from cases.queries.resting import resting_of
from cases.queries.results import Refusal, ResultView, refusals_of, results_of
from cases.queries.stages import fileable_later, stages_to_come
from cases.queries.timeline import TimelineEntry, timeline_of
from cases.queries.titles import title_of_case
from cases.queries.together import items_of, reads_together
from cases.queries.wording import SOFTENED, day_words, progress_words, short_name
from cases.statements import Reading
from cases.states import SUB_FINAL, SUB_REFUSED, CaseState, Outcome, SubState

__all__ = ["CasePage", "CaseStanding", "NextStep", "Notice", "Point", "case_page", "case_standing", "short_of"]


_needs = Reading(Need, "t.sub_id = ANY(%s) AND t.alternative_of = ''")
_open_attentions = Reading(Attention, "t.case_id = %s AND t.closed_at IS NULL ORDER BY t.since")


@dataclass(frozen=True, slots=True)
class Answers:
    """The three questions every page of a case answers: where is it, what must I do, by when."""

    where: str
    todo: str
    when: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do now. `kind`: fill, parties, supplement, choose, pay, results, later, over, none."""

    kind: str
    text: str
    due_on: date | None = None
    sub_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Softened:
    """What a citizen is told of something that staff looks after."""

    text: str
    since: datetime
    dept_code: str


@dataclass(frozen=True, slots=True)
class Counts:
    total: int
    done: int
    refused: int
    yours: int
    open: int


@dataclass(frozen=True, slots=True)
class LaterItem:
    """An item put off that can be filed from the same case now."""

    item_id: str
    title: str


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """Where a case stands: its items and what waits for whom, without what happened on the way."""

    id: UUID
    version: int
    number: str
    title: str
    bundle_code: str
    bundle_name: str
    state: str
    state_label: str
    outcome: str
    answers: Answers
    counts: Counts
    nodes: tuple[ItemNode, ...]
    edges: tuple[Edge, ...]
    next_step: NextStep
    notice: Notice | None
    attention: tuple[Softened, ...]
    results: tuple[ResultView, ...]
    refused: tuple[Refusal, ...]
    later: tuple[LaterItem, ...]
    submitted_at: datetime | None
    due_on: date | None
    is_open: bool
    charges: tuple[ChargeView, ...]
    owed: tuple[OwedView, ...]


@dataclass(frozen=True, slots=True)
class CasePage(CaseStanding):
    """The same with its history and papers."""

    timeline: tuple[TimelineEntry, ...]
    documents: tuple[DocumentLine, ...]


@reads_together
def case_page(case: Case, lang: str = "zh") -> CasePage:
    """The page of a case that has been filed, or waits for others to agree."""
    spec, registry = queries.version(case.bundle_version_id).spec, queries.registry()
    history = timeline_of(case, spec, registry, lang)
    return CasePage(**_standing(case, lang), timeline=history, documents=documents_of(case))


@reads_together
def case_standing(case: Case, lang: str = "zh") -> CaseStanding:
    return CaseStanding(**_standing(case, lang))


def _standing(case: Case, lang: str) -> dict[str, Any]:
    spec, registry = queries.version(case.bundle_version_id).spec, queries.registry()
    subs = items_of(case)
    attentions = _open_attentions(case.pk)
    notice, edges = notice_of(case, spec, registry, lang), _edges(case, spec, registry, subs, lang)
    charges = charges_of(case, lang)
    unpaid = {one.sub_id for one in charges if one.holds_item}
    nodes = _marked(_nodes(case, spec, registry, subs, edges, notice, attentions, lang), unpaid)
    counts = _counts(subs, notice, unpaid)
    results, later, owed = results_of(case, lang), _later(case, spec, lang), owed_papers(case, lang)
    step = _pay_first(_owed_first(_next_step(case, nodes, notice, results, later), owed), charges)
    return dict(
        id=case.pk,
        version=case.version,
        number=case.number or "",
        title=title_of_case(case.title, spec, lang),
        bundle_code=case.bundle_code,
        bundle_name=spec.en if lang == "en" and spec.en else spec.zh,
        state=case.state,
        state_label=str(CaseState(case.state).label),
        outcome=case.outcome,
        answers=Answers(_where(case, counts), step.text, _when(case, step)),
        counts=counts,
        nodes=nodes,
        edges=edges,
        next_step=step,
        notice=notice,
        attention=_told(subs, attentions, registry),
        results=results,
        refused=refusals_of(subs, spec, registry, lang),
        later=later,
        submitted_at=case.submitted_at,
        due_on=case.due_on,
        is_open=case.is_open,
        charges=charges,
        owed=owed,
    )


def _edges(
    case: Case, spec: BundleSpec, registry: Registry, subs: Sequence[SubApplication], lang: str
) -> tuple[Edge, ...]:
    by_id = {sub.pk: sub for sub in subs}
    needs = _needs(list(by_id)) if subs else []
    needs.sort(key=lambda need: (by_id[need.sub_id].seq, by_id[need.upstream_id].seq))
    return tuple(
        Edge(
            str(need.upstream_id),
            str(need.sub_id),
            flow_label(spec, registry, by_id[need.upstream_id].item_id, need.flow, lang),
        )
        for need in needs
    )


def _nodes(
    case: Case,
    spec: BundleSpec,
    registry: Registry,
    subs: Sequence[SubApplication],
    edges: Sequence[Edge],
    notice: Notice | None,
    attentions: Sequence[Attention],
    lang: str,
) -> tuple[ItemNode, ...]:
    waves = waves_of([str(sub.pk) for sub in subs], edges)
    by_id = {str(sub.pk): sub for sub in subs}
    waits: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if by_id[edge.source].state not in SUB_FINAL:
            waits[edge.target].append(short_label(spec.item(by_id[edge.source].item_id), lang))
    points: Mapping[str, int] = _points_by_item(notice)
    retrying = {one.sub_id for one in attentions if one.reason == Attention.Reason.NOT_DELIVERED}
    return tuple(
        node_of(
            sub,
            spec,
            registry,
            lang,
            wave=waves[str(sub.pk)],
            waits_for=waits[str(sub.pk)],
            points=points.get(sub.item_id, 0),
            is_retrying=sub.pk in retrying,
        )
        for sub in subs
    )


def _points_by_item(notice: Notice | None) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for point in notice.points if notice else ():
        for item in point.items:
            found[item] += 1
    return found


def short_of(registry: Registry, dept_code: str) -> str:
    """What a department is called in a chip; the portal itself asks as 平台."""
    department = registry.departments.get(dept_code)
    return short_name(department) if department else _("平台")


def _marked(nodes: Sequence[ItemNode], unpaid: Set[UUID | None]) -> tuple[ItemNode, ...]:
    """The items, with those that wait for nobody but the applicant's payment saying so."""
    waits = {node.sub_id for node in nodes if node.sub_id in unpaid and node.state not in SUB_FINAL}
    return tuple(replace(one, look="you", note=_("等您缴费")) if one.sub_id in waits else one for one in nodes)


def _counts(subs: Sequence[SubApplication], notice: Notice | None, unpaid: Set[UUID | None]) -> Counts:
    """`unpaid`: the items that stand still until their fee is paid."""
    asked = {sub.pk for sub in subs if _is_asked_to_choose(sub)}
    asked |= {sub.pk for sub in subs if notice and sub.state == SubState.SUPPLEMENT_REQUESTED}
    yours = [sub for sub in subs if sub.pk in asked or (sub.pk in unpaid and sub.state not in SUB_FINAL)]
    return Counts(
        total=len(subs),
        done=sum(sub.state == SubState.APPROVED for sub in subs),
        refused=sum(sub.state in SUB_REFUSED for sub in subs),
        yours=len(yours),
        open=sum(sub.state not in SUB_FINAL for sub in subs),
    )


def _is_asked_to_choose(sub: SubApplication) -> bool:
    return sub.state == SubState.WAITING and sub.choice == Choice.ASKED


def _later(case: Case, spec: BundleSpec, lang: str) -> tuple[LaterItem, ...]:
    """Items put off, once the rest has been filed (分段办)."""
    items = [spec.item(item_id) for item_id in fileable_later(case, spec)]
    return tuple(LaterItem(item.id, item.en if lang == "en" and item.en else item.zh) for item in items)


def _where(case: Case, counts: Counts) -> str:
    if case.state == CaseState.DRAFT:
        return _("草稿，还没提交")
    if case.state == CaseState.AWAITING_PARTIES:
        return _("已填好，等对方确认")
    if case.state == CaseState.WITHDRAWN:
        return _("申请已撤回")
    if case.state == CaseState.LAPSED:
        return _("超过期限没有处理，申请已失效")
    words = progress_words(counts.done, counts.total, counts.refused)
    if case.state == CaseState.CONCLUDED and stages_to_come(case):
        return _("这一阶段办完了：%(words)s") % {"words": words}
    if case.state == CaseState.CONCLUDED:
        ends = {Outcome.ALL: _("全部办结"), Outcome.PARTLY: _("部分办结"), Outcome.NONE: _("办结，未能办成")}
        return f"{ends[Outcome(case.outcome)]}：{words}"
    return words


def _when(case: Case, step: NextStep) -> str:
    if step.due_on is not None:
        return _("请在%(day)s前") % {"day": day_words(step.due_on)}
    if case.state in (CaseState.SUBMITTED, CaseState.IN_PROGRESS, CaseState.AWAITING_APPLICANT) and case.due_on:
        return _("预计%(day)s前全部办完") % {"day": day_words(case.due_on)}
    if case.closed_at:
        return _("%(day)s结束") % {"day": day_words(timezone.localdate(case.closed_at))}
    return ""


def _next_step(
    case: Case,
    nodes: Sequence[ItemNode],
    notice: Notice | None,
    results: Sequence[ResultView],
    later: Sequence[LaterItem],
) -> NextStep:
    """The first of these that applies: what only the applicant can do comes before what may be done."""
    if case.state == CaseState.DRAFT:
        return NextStep("fill", _("接着填写并提交"))
    if case.state == CaseState.AWAITING_PARTIES:
        names = "、".join(dict.fromkeys(one.name or "" for one in pending_parties(case)))
        return NextStep("parties", _("请%(names)s确认，确认后自动提交") % {"names": names})
    if notice is not None:
        text = _("请补正 %(count)s 处，一次交齐") % {"count": len(notice.points)}
        return NextStep("supplement", text, notice.due_on)
    asked = next((node for node in nodes if node.is_choice), None)
    if asked is not None:
        return NextStep(
            "choose", _("前一件没有办成，请选择是否继续办“%(item)s”") % {"item": asked.title}, None, asked.sub_id
        )
    if later:
        return NextStep(
            "later",
            ngettext(
                "还有 %(count)s 件以后办的事，想办时从这里继续",
                "还有 %(count)s 件以后办的事，想办时从这里继续",
                len(later),
            )
            % {"count": len(later)},
        )
    if case.state == CaseState.CONCLUDED and results:
        return NextStep("results", _("领取结果"))
    if not case.is_open:
        return NextStep("over", _("没有要您做的了"))
    return NextStep("none", _("不用做什么，有进展会通知您"))


def _owed_first(step: NextStep, owed: Sequence[OwedView]) -> NextStep:
    """A paper promised for later comes before whatever may wait: no result without it (容缺受理)."""
    if step.kind not in ("later", "results", "over", "none"):
        return step
    paper = next((one for one in owed if one.is_owed), None)
    return NextStep("owed", _("请补交承诺后补的材料"), paper.due_on) if paper else step


def _pay_first(step: NextStep, charges: Sequence[ChargeView]) -> NextStep:
    """A fee that is due comes before whatever may wait."""
    due = [one for one in charges if one.is_due and one.relief != "asked"]
    if not due or step.kind not in ("later", "results", "over", "none", "owed"):
        return step
    total = f"{sum((one.amount or Decimal(0) for one in due), Decimal(0)):,.2f}"
    days = [one.pay_by for one in due if one.pay_by]
    return NextStep("pay", _("请缴费 %(total)s 元") % {"total": total}, min(days, default=None))


def _told(subs: Sequence[SubApplication], attentions: Sequence[Attention], registry: Registry) -> tuple[Softened, ...]:
    resting = (Softened(*one) for one in resting_of(subs, registry))
    return (*resting, *(_softened(one, registry) for one in attentions))


def _softened(one: Attention, registry: Registry) -> Softened:
    department = registry.departments.get(one.owner)
    name = short_name(department) if department else _("部门")
    text = str(SOFTENED[Attention.Reason(one.reason)]).format(dept=name)
    return Softened(text, one.since, one.owner)
