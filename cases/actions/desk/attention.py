"""Attention: nothing that needs a person stays unseen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cases import docket
from cases.actions.engine.events import record
from cases.models import Attention, Case, Inquiry, LicenceErrand, Refund, SubApplication
from cases.ports import SYSTEM

if TYPE_CHECKING:
    from django.db.models import QuerySet

NEXT_STEPS = {
    Attention.Reason.REFUSED_BY_SYSTEM: "请部门联系人核对接口与材料，改正后重新送出，或转人工办理",
    Attention.Reason.NOT_DELIVERED: "部门系统连不上；系统会一直重试，请联系该部门运维",
    Attention.Reason.SILENT: "已过办理时限还没有回音，请催办该部门",
    Attention.Reason.CONTRADICTION: "以先到的决定为准；请与部门核实后处理",
    Attention.Reason.LATE_ANSWER: "办件已撤回或结束，请告知部门停止办理",
    Attention.Reason.BAD_RESULT: "部门回传的结果缺少约定内容，请部门补传",
    Attention.Reason.FORGOTTEN: "部门系统查不到已收件的申请，请与部门核实后再决定是否重送",
    Attention.Reason.WAITING_FOR_FACT: "等待的数据还没有出现；系统会继续查询",
    Attention.Reason.ASKED_AGAIN: "同一部门对同一申请再次要求补正，不合一次性告知；请核实理由",
    Attention.Reason.OUTDATED: "上游的结果或数据更正了，请核对本事项的决定是否受影响",
    Attention.Reason.UNCHECKED: "告知承诺的事后核查已到期，请尽快核查并登记结论",
    Attention.Reason.SUSPENDED: "数据存疑，发放已暂停；请核实后恢复或停止",
    Attention.Reason.OVERRUN: "特别程序已超过书面告知的时间，请催办该部门，并书面告知申请人还要多久",
    Attention.Reason.CHARGE: "费用算不出来或与渠道对不上，请核对金额后在收费台处理",
    Attention.Reason.POINTS_OPEN: "积分里有要人核的项目或异议，请到“积分核分”逐项核定",
    Attention.Reason.ORIGINAL: "审批已经作出，等申请人出示原件；核对后登记，结果随即发出",
    Attention.Reason.BAD_RATING: "差评到期还没有回访，请联系本人核实整改，到“评价”里答复",
    Attention.Reason.UNREACHED: "短信没有送到申请人，站内可以看到；请核对手机号，用别的方式联系本人",
    Attention.Reason.UNANSWERED: "申请人的提问或催办到期没有回复，请到“提问与催办”里回复",
    Attention.Reason.FAULT: "程序处理这条消息失败，请运维查看日志后重试",
}


def raise_attention(
    case: Case, reason: Attention.Reason, *, sub: SubApplication | None = None, detail: str = ""
) -> Attention:
    """Open an attention on a locked case; a reason that is open already stays the one it is."""
    attention, is_new = Attention.objects.get_or_create(
        case=case,
        sub=sub,
        reason=reason,
        closed_at=None,
        defaults={
            "owner": sub.department if sub else "",
            "next_step": NEXT_STEPS[reason],
            "detail": detail[:300],
            "since": timezone.now(),
        },
    )
    if is_new:
        record(case, "attention.raised", by=SYSTEM, sub=sub, reason=reason.value)
    return attention


def open_for(case_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these cases have anything open: one query for a batch, so that the others need not look at all."""
    found = Attention.objects.filter(case_id__in=list(case_ids), closed_at=None)
    return set(found.order_by().values_list("case_id", flat=True))


def close(case: Case, *reasons: Attention.Reason, sub: SubApplication | None) -> None:
    """The facts have answered: close what is open for these reasons."""
    if not docket.has_none(Attention, case.pk):
        _close(case, Attention.objects.filter(case=case, sub=sub, reason__in=reasons, closed_at=None))


def close_all(case: Case, *, except_for: Iterable[Attention.Reason] = ()) -> None:
    """The case is over: close what is open, but for what goes on behind its end (`_left_over`)."""
    if not docket.has_none(Attention, case.pk):
        found = Attention.objects.filter(case=case, closed_at=None).exclude(reason__in=list(except_for))
        _close(case, found.exclude(_left_over()))


def _left_over() -> Q:
    """A licence not in the library, money not back, a question without its answer: over, but somebody still waits."""
    errands = LicenceErrand.objects.filter(result__sub=OuterRef("sub")).exclude(state=LicenceErrand.State.DONE)
    refunds = Refund.objects.filter(order__case=OuterRef("case")).exclude(state=Refund.State.DONE)
    questions = Inquiry.objects.filter(case=OuterRef("case"), state=Inquiry.State.OPEN)
    transport = [Attention.Reason.REFUSED_BY_SYSTEM, Attention.Reason.NOT_DELIVERED]
    return (
        Q(Exists(errands), reason__in=transport)
        | Q(Exists(refunds), reason=Attention.Reason.CHARGE)
        | Q(Exists(questions), reason=Attention.Reason.UNANSWERED)
    )


def _close(case: Case, found: QuerySet[Attention]) -> None:
    if found.update(closed_at=timezone.now()):
        record(case, "attention.closed", by=SYSTEM)
