"""Submitting and filing a case: checks, parties, number, plan, first wave; one transaction each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.rules import evaluate
from bundles.spec import BundleSpec
from cases import docket, notices
from cases.actions.applying import layers, parties
from cases.actions.engine import numbering, occasions, progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_on, lock_subs
from cases.actions.papers import materials
from cases.actions.registers import facts
from cases.errors import Duplicate, NotEligible, NotReady, WrongState
from cases.models import Case, Need, SubApplication
from cases.plan import Key, Plan, PlannedSub, plan
from cases.ports import Actor
from cases.prepared import Prepared
from cases.queries.submission import answers_print
from cases.queries.upstream import needs_of
from cases.statements import made
from cases.states import CaseState

Row = TypeVar("Row", bound=models.Model)
PARTIES_WAIT = timedelta(days=15)
MAX_TITLE_NAMES = 3
_version_of = Prepared("SELECT bundle_version_id FROM cases_case WHERE id = $1", "uuid")
_cases_of_key = Prepared(
    "SELECT id FROM cases_case WHERE applicant_id = $1 AND client_key = $2 AND id <> $3", "uuid", "varchar", "uuid"
)


def submit_case(case_id: UUID, *, by: Actor, client_key: str, client_digest: str = "") -> Case:
    """Hand a draft in. With everybody's authorisation it is filed at once, otherwise the parties are asked.

    The same `client_key` again returns the same case: two presses make one case; with another `client_digest` (other
    content under the same key), or for another draft, it raises Duplicate. Raises NotReady with every fault,
    NotEligible with the bundle's own words, WrongState when the case was handed in by another act.
    """
    _ask_what_eligibility_needs(case_id)
    with docket.opened() as book:
        (case,) = lock_on(book, [case_id])
        if case.state != CaseState.DRAFT:
            if case.client_key == client_key and case.client_digest == client_digest:
                return case
            if case.client_key == client_key:
                raise Duplicate(_("同一个提交键用在了不同的内容上，请换一个键"))
            raise WrongState(_("这份申请已经提交过了，请到“我的办件”查看进度"))
        _refuse_used_key(case, client_key)
        check_ready(case)
        case.client_key, case.client_digest = client_key, client_digest
        case.save(update_fields=["client_key", "client_digest"])
        parties.sync_parties(case)
        parties.agree_by_acting(case, by=by)
        if parties.pending_parties(case):
            parties.ask_parties(case, by=by)
        else:
            file_case(case, by=by)
        return case


def _refuse_used_key(case: Case, client_key: str) -> None:
    """One press, one case: a key that handed in another draft of the applicant cannot hand in this one."""
    if _cases_of_key(case.applicant_id, client_key, case.pk):
        raise Duplicate(_("这个提交键已经用在另一份申请上，请换一个键"))


def _ask_what_eligibility_needs(case_id: UUID) -> None:
    """Look up, before the transaction, what the conditions ask about; nothing is held over the network."""
    found = _version_of(case_id)
    if not found:
        raise Case.DoesNotExist(case_id)
    conditions = queries.version(found[0][0]).spec.eligibility
    paths = [path for condition in conditions for path in facts.paths_in(condition.expr)]
    if not paths:
        return
    case = Case.objects.select_related("applicant").get(pk=case_id)
    context = facts.context_of(case)
    wanted = [lookup for path in paths if (lookup := forms.lookup_for(context, path)) is not None]
    facts.ask(case, wanted, purpose=f"{context.spec.zh}：准入条件")


def check_ready(case: Case) -> None:
    """Everything that must be right before a case can be handed in. Raises NotReady or NotEligible."""
    context = facts.context_of(case)
    selection = forms.select(context)
    if selection.stops:
        raise NotEligible(selection.stops[0].message, tuple(stop.message for stop in selection.stops))
    if not selection.items:
        raise NotReady(_("还没有要办的事项，请先回答情形问题"))
    refusals = [r for r in forms.check_eligibility(context) if r.verdict == "false"]
    if refusals:
        raise NotEligible(refusals[0].message, tuple(r.message for r in refusals))
    faults = [(error.path, error.message) for error in forms.check_all(context, selection)]
    faults += [
        (slot.slot, _("还差一项材料：%(name)s") % {"name": slot.label}) for slot in materials.missing_materials(case)
    ]
    if faults:
        raise NotReady(
            _("还有 %(count)s 处要补：%(first)s") % {"count": len(faults), "first": faults[0][1]}, tuple(faults)
        )
    occasions.before_handing_in(case, context, selection)


def file_case(case: Case, *, by: Actor) -> None:
    """Receive a locked case (收件): number, sub-applications, edges, first wave, event; one transaction."""
    now = timezone.now()
    context = facts.context_of(case)
    selection = forms.select(context)
    case.file(number=numbering.case_number(case.region, case.bundle_code, timezone.localdate(now)), at=now)
    case.next_at = now + progress.RECHECK
    case.title = title_of(context)
    case.save(update_fields=["state", "number", "submitted_at", "next_at", "title"])
    record(case, "case.filed", by=by, items=list(selection.items), channel=case.channel, print=answers_print(case))
    notices.filed(case)
    lay_out(case, _plan_of(context, selection, layers.items_filed(context, selection)))
    subs = lock_subs(case)
    occasions.after_filing(case, subs)
    progress.advance(case, subs)


def file_later(case_id: UUID, items: Sequence[str], *, by: Actor) -> Case:
    """Staged bundles: file items that were put off, from the same case; what was concluded stays so (分段办)."""
    with transaction.atomic():
        case = lock_case(case_id)
        later = list(case.answers.get("later", ()))
        chosen = [item for item in items if item in later]
        if not chosen:
            raise WrongState(_("这些事项已经在办了"))
        case.answers = {**case.answers, "later": [item for item in later if item not in chosen]}
        check_ready(case)
        parties.sync_parties(case)
        waiting = parties.pending_parties(case)
        if waiting:
            raise NotReady(_("还要等%(name)s确认，确认后再续办") % {"name": waiting[0].name or _("对方")})
        case.save(update_fields=["answers"])
        if case.state == CaseState.CONCLUDED:
            case.take_up_again(next_at=timezone.now() + progress.RECHECK)
            case.save(update_fields=["state", "outcome", "closed_at", "next_at"])
        record(case, "case.taken_up_again", by=by, items=chosen)
        context = facts.context_of(case)
        lay_out(case, _plan_of(context, forms.select(context), chosen, _filed_instances(case, context)))
        subs = lock_subs(case)
        occasions.after_filing(case, subs)
        progress.advance(case, subs)
        return case


def _plan_of(
    context: forms.Context,
    selection: forms.Selection,
    chosen: Sequence[str] | None = None,
    already: Mapping[str, Sequence[forms.Instance]] | None = None,
) -> Plan:
    wanted = [item for item in selection.items if chosen is None or item in chosen]
    instances = {item: forms.instances_of(context, item) for item in wanted}
    scope = forms.scope(context, selection)
    return plan(context.spec, wanted, instances, lambda text: evaluate(text, scope) is not False, already)


def _filed_instances(case: Case, context: forms.Context) -> Mapping[str, Sequence[forms.Instance]]:
    filed = {sub.item_id for sub in SubApplication.objects.filter(case=case)}
    return {item: forms.instances_of(context, item) for item in filed}


def lay_out(case: Case, planned: Plan) -> None:
    """Write the sub-applications and edges of a plan; waiting ones are released by `advance`."""
    spec = queries.version(case.bundle_version_id).spec
    first = len(lock_subs(case)) + 1
    subs = [_sub(case, one, first + n) for n, one in enumerate(planned.subs)]
    known = _with_new(SubApplication, case, lock_subs(case), subs)
    by_key: dict[Key, SubApplication] = {(sub.item_id, sub.instance_key): sub for sub in known}
    needs = [
        made(
            Need,
            sub=by_key[need.sub],
            upstream=by_key[need.upstream],
            need=need_of(spec, need.sub[0], need.need),
            if_rejected=need.if_rejected,
            flow=list(need.flow),
            alternative_of=need.alternative_of,
        )
        for need in planned.needs
        if need.upstream in by_key
    ]
    _with_new(Need, case, needs_of(case), needs)


def _with_new(model: type[Row], case: Case, known: list[Row], new: list[Row]) -> list[Row]:
    """Add new rows to those of a case: written together with all else where a docket keeps the case, else at once."""
    known.extend(new)
    book = docket.current()
    if book is None or not book.keeps(case):
        model._default_manager.bulk_create(new)
        return known
    book.keep(model, case.pk, known)
    for row in new:
        book.add(row)
    return known


def need_of(spec: BundleSpec, item_id: str, need: str) -> str:
    """What an edge asks for: an item that merges answers does not wait for those that are overdue."""
    merges = spec.merge is not None and spec.merge.item == item_id
    return Need.FINISHED_OR_OVERDUE if merges and need == "finished" else need


def _sub(case: Case, planned: PlannedSub, seq: int) -> SubApplication:
    row = planned.instance.row
    return made(
        SubApplication,
        case=case,
        seq=seq,
        number=numbering.sub_number(case.number or "", seq),
        item_id=planned.item.id,
        instance_key=planned.instance.key,
        row_group=row.group if row else "",
        row_index=row.index if row else None,
        instance_label=planned.instance.label or None,
        department=planned.department,
        connect=planned.item.connect,
        next_at=timezone.now() + progress.RECHECK,
    )


def title_of(context: forms.Context) -> str:
    """What a person calls this case: whom it is about, then the bundle."""
    names = [one.label for item in context.spec.items for one in forms.instances_of(context, item.id) if one.label]
    subjects = list(dict.fromkeys(names))[:MAX_TITLE_NAMES]
    return f"{'、'.join(subjects)}的{context.spec.zh}" if subjects else context.spec.zh
