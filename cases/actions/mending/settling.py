"""What the department decided, entered by its own people with the evidence; and what to do about a second word.

A decision by this door is the department's answer as any other: reasons, remedies and papers go out as they always do
(行政许可法 第三十八条第二款), the first one stands, and whatever was still to be sent is not sent any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from bundles import queries
from cases.actions.deciding import afterwards
from cases.actions.engine import holding
from cases.actions.engine.answers import Effect, apply_answer
from cases.actions.engine.events import record
from cases.actions.mending import desk
from cases.actions.mending.desk import Kind, Opened
from cases.actions.papers import uploads
from cases.actions.papers.uploads import Examined, Posted
from cases.errors import NotReady, WrongState
from cases.models import Attention, InboxMessage, Material
from cases.ports import Actor, Answer, Reason
from cases.queries.declared import declared_fields
from cases.states import SUB_WITH_DEPARTMENT, DeliveryState, SubState

DECISIONS = frozenset({"approved", "rejected", "not_accepted"})
AGAINST = frozenset({"rejected", "not_accepted", "withdrawn"})
EVIDENCE = "attention"


@dataclass(frozen=True, slots=True)
class Decided:
    """What the department decided outside the portal, as its own people state it."""

    status: str
    values: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    receipt_no: str = ""
    statement: str = ""
    apply_to: str = ""


def settle(attention_id: UUID, decided: Decided, file: Posted | None, *, by: Actor) -> None:
    """Enter the department's decision with its paper; it takes effect as if its system had said so.

    Raises NotReady naming each thing that lacks, BadUpload for a file that cannot be kept, CaseError for anybody but
    the department's own people, WrongState once the item has its end or while a try is on its way.
    """
    statement = desk.needed(decided.statement, "settle.statement", "请写明这个决定是怎样得知、怎样核实的")
    if file is None:
        raise NotReady(_("请上传部门的决定或系统截图"), (("settle.file", _("请上传部门的决定或系统截图")),))
    examined = uploads.examine(file)
    with desk.opened(attention_id) as found:
        desk.speaking(found, by)
        _check(found, decided)
        desk.close_promises(found.open_item, DeliveryState.SUPERSEDED)
        kept = _keep(found, examined)
        record(found.case, "item.settled_by_person", by=by, sub=found.item, status=decided.status)
        desk.write(found, Kind.SETTLED, by=by, text=statement, evidence=kept, status=decided.status)
        desk.close(found, Kind.SETTLED, by=by)
        _take_effect(found, decided, by)


def _check(found: Opened, decided: Decided) -> None:
    sub = found.open_item
    if sub.state not in SUB_WITH_DEPARTMENT:
        raise WrongState(_("这件事还没有送到部门，或者在等申请人，现在不能登记决定"))
    if decided.status not in DECISIONS:
        raise NotReady(_("请选择部门的决定"), (("settle.status", _("请选择部门的决定")),))
    faults = _lacking(found, decided) if decided.status == "approved" else _unreasoned(decided)
    if faults:
        raise NotReady(_("还有 %(count)s 项没填") % {"count": len(faults)}, tuple(faults))
    if decided.status == "not_accepted" and sub.accepted_at is not None:
        raise WrongState(_("已经受理的事项不能再不予受理，可以登记不予批准"))


def _lacking(found: Opened, decided: Decided) -> list[tuple[str, str]]:
    spec = queries.version(found.case.bundle_version_id).spec
    wanted = {
        name: label
        for result in spec.results_of(found.item.item_id)
        for name, (label, _) in declared_fields(result).items()
    }
    return [
        (f"result.{name}", f"请填写{label}") for name, label in wanted.items() if decided.values.get(name) in (None, "")
    ]


def _unreasoned(decided: Decided) -> list[tuple[str, str]]:
    """行政许可法 第三十八条第二款: a refusal states its reasons."""
    stated = any(reason.text.strip() for reason in decided.reasons)
    return [] if stated else [("settle.reason", "请写明理由，申请人会看到")]


def _keep(found: Opened, examined: Examined) -> Material:
    """The evidence among the papers of the case, sealed as they are; it belongs to no material of the bundle."""
    slot = f"{EVIDENCE}:{found.attention.pk}"
    kept = Material(
        case=found.case,
        slot=slot,
        material_id="",
        source=Material.Source.UPLOAD,
        position=Material.objects.filter(case=found.case, slot=slot).count(),
        name=examined.name,
        sha256=examined.sha256,
        size=len(examined.content),
        media_type=examined.media_type,
    )
    kept.file.save("evidence", ContentFile(examined.content), save=False)
    kept.save()
    return kept


def _take_effect(found: Opened, decided: Decided, by: Actor) -> None:
    answer = Answer(
        found.item.pk,
        decided.status,
        receipt_no=decided.receipt_no.strip()[:64],
        result=decided.values if decided.status == "approved" else {},
        reasons=decided.reasons if decided.status != "approved" else (),
        apply_to=decided.apply_to.strip()[:200],
    )
    effect = apply_answer(found.case, found.subs, found.item, answer, by=by)
    if effect is not Effect.APPLIED:
        raise WrongState(_("部门已经有决定在生效，请刷新页面查看"))


# ---- a second word ----------------------------------------------------------------------------------------------


def accept_later(attention_id: UUID, message_id: UUID, reason: str, *, by: Actor) -> int:
    """Let the later, contradicting answer count after all: the results given on the first one are taken back.

    撤销, with reason, article and remedy in writing (行政许可法 第六十九条). An approval that is only kept gives way to
    the refusal. Returns how many results were taken back. Raises WrongState for what cannot be turned this way.
    """
    reason = desk.needed(reason, "accept.reason", "请写明核实的情况，当事人会看到撤销的理由")
    with desk.opened(attention_id) as found:
        desk.speaking(found, by)
        message = _contradiction(found, message_id)
        status, reasons = read_message(message)
        if status not in AGAINST:
            raise WrongState(_("后到的答复是同意，原来的不予批准不能这样改；请另行作出决定，再说明理由后关闭这一条"))
        desk.write(found, Kind.ACCEPTED, by=by, text=reason, message=str(message.pk), status=status)
        desk.close(found, Kind.ACCEPTED, by=by)
        if holding.held_reason(found.item):
            return _give_way(found, status, reasons, by)
        return _take_back(found, reasons, reason, by)


def _contradiction(found: Opened, message_id: UUID) -> InboxMessage:
    mine = InboxMessage.objects.filter(sub=found.item, verdict=InboxMessage.Verdict.CONTRADICTION)
    message = mine.filter(pk=message_id, department=found.item.department).first()
    if found.attention.reason != Attention.Reason.CONTRADICTION or message is None:
        raise WrongState(_("没有这份前后不一致的答复，请刷新页面"))
    return message


def _give_way(found: Opened, status: str, reasons: Sequence[Reason], by: Actor) -> int:
    """The approval has not taken effect yet: it is dropped, the refusal counts."""
    holding.drop(found.case, found.subs, found.item)
    answer = Answer(found.item.pk, status, reasons=tuple(reasons))
    apply_answer(found.case, found.subs, found.item, answer, by=by)
    return 0


def _take_back(found: Opened, reasons: Sequence[Reason], reason: str, by: Actor) -> int:
    if found.item.state != SubState.APPROVED:
        raise WrongState(_("先到的决定不是同意，没有可以撤销的结果；请说明理由后关闭"))
    rows = afterwards.results_of_sub(found.item)
    if not rows:
        raise WrongState(_("这件事没有发出结果，没有可以撤销的；请说明理由后关闭"))
    told = "；".join(one.text for one in reasons if one.text) or reason
    for row in rows:
        row.sub = found.item
        afterwards.revoke_locked(found.case, found.item, row, reason=told, article=afterwards.ARTICLE, by=by)
    return len(rows)


def read_message(message: InboxMessage) -> tuple[str, tuple[Reason, ...]]:
    """Status and reasons of a kept answer, a callback's bytes or an answer as the engine noted it."""
    try:
        body = json.loads(message.body)
    except ValueError:
        body = {}
    stated = body.get("reasons") if isinstance(body, dict) else None
    rows = [row for row in stated or () if isinstance(row, dict)]
    reasons = tuple(
        Reason(*(str(row.get(name) or "") for name in ("code", "about", "text", "article"))) for row in rows
    )
    return message.status, reasons
