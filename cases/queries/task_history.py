"""What happened to one task, in the words of those who work on it, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.models import Attention, EscalationRule, Event, SubApplication, TaskFile, TaskLetter
from cases.queries.due_words import moved_facts
from cases.queries.wording import HELD, HELD_OTHERWISE, department_short

MOST = 100
SENTENCES: Mapping[str, Any] = {
    "item.released": gettext_lazy("可以开始办"),
    "item.judged": gettext_lazy("按规则预检"),
    "item.dispatched": gettext_lazy("送到本部门"),
    "item.taken": gettext_lazy("有人接件"),
    "item.received": gettext_lazy("收件"),
    "item.accepted": gettext_lazy("受理"),
    "item.deemed_accepted": gettext_lazy("五个工作日内没有答复，视同受理"),
    "item.due_moved": gettext_lazy("办结日改为{new_day}：{why}"),
    "item.extended": gettext_lazy("延长 {working_days} 个工作日"),
    "item.clock_stopped": gettext_lazy("停表"),
    "item.clock_resumed": gettext_lazy("继续计时"),
    "item.procedure_began": gettext_lazy("特别程序开始：{procedure}"),
    "item.procedure_ended": gettext_lazy("特别程序结束：{procedure}"),
    "item.supplement_requested": gettext_lazy("请申请人补正 {points} 处"),
    "item.supplement_taken_back": gettext_lazy("补正要求已取消"),
    "item.supplemented": gettext_lazy("申请人交了补正"),
    "item.decision_held": gettext_lazy("已审定，{held}"),
    "item.called_off": gettext_lazy("与它捆绑的事项没有办成，停止办理"),
    "item.reassigned": gettext_lazy("转由{other}办理"),
    "item.went_to_person": gettext_lazy("规则无法判断，转人工"),
    "consultation.asked": gettext_lazy("征求{other}的意见"),
    "consultation.answered": gettext_lazy("{other}回复了意见"),
    "consultation.silent": gettext_lazy("{other}逾期未回，视为无意见"),
    "consultation.cancelled": gettext_lazy("不再征求{other}的意见"),
    "item.approved": gettext_lazy("办结，同意"),
    "item.rejected": gettext_lazy("办结，不予批准"),
    "item.not_accepted": gettext_lazy("不予受理"),
    "item.withdrawn": gettext_lazy("申请人撤回"),
    "item.never_arrived": gettext_lazy("部门没有收到过申请，不用撤回"),
    "item.cancelled": gettext_lazy("前面的事项没有办成，不再办理"),
    "item.lapsed": gettext_lazy("逾期未办，已终止"),
    "result.issued": gettext_lazy("结果已生成"),
    "result.corrected": gettext_lazy("结果已更正"),
    "result.revoked": gettext_lazy("结果已撤销"),
    "commitment.checked": gettext_lazy("告知承诺属实"),
    "commitment.broken": gettext_lazy("告知承诺不实"),
    "recurring.started": gettext_lazy("按月发放开始"),
    "recurring.suspended": gettext_lazy("按月发放暂停"),
    "recurring.stopped": gettext_lazy("按月发放停止"),
    "charge.due": gettext_lazy("请申请人缴费"),
    "charge.paid": gettext_lazy("申请人已缴费"),
    "charge.waived": gettext_lazy("不用缴费"),
    "charge.relief_asked": gettext_lazy("申请人申请减免费用"),
    "charge.refunding": gettext_lazy("费用退回申请人"),
    "item.upstream_done": gettext_lazy("上一环节已办结，提醒本部门接着办"),
    "item.escalated": gettext_lazy("催办升级：{why}，告诉{level}"),
    "item.handed_over": gettext_lazy("交给同事办理"),
    "letter.issued": gettext_lazy("出转办函 {number}"),
    "letter.sent": gettext_lazy("转办函已送出：{way}"),
    "letter.received": gettext_lazy("转办函已签收"),
    "letter.answered": gettext_lazy("转办函已答复"),
    "letter.recalled": gettext_lazy("转办函已收回"),
    "letter.locked": gettext_lazy("转办函的查收码多次输错，链接已停用"),
    "task_file.added": gettext_lazy("添加附件：{file_kind}"),
    "item.reminded": gettext_lazy("催办：{due}"),
    "attention.handed_up": gettext_lazy("多次催办没有回音，转{other}督办"),
    "attention.raised": gettext_lazy("需要关注：{reason}"),
    "attention.asked": gettext_lazy("向部门系统查询了办理情况"),
    "attention.retried": gettext_lazy("重新送出"),
    "attention.correction_proposed": gettext_lazy("提出更正后重送，等人复核"),
    "attention.correction_declined": gettext_lazy("更正没有通过复核"),
    "attention.sent_anew": gettext_lazy("换新的编号重新送出"),
    "attention.settled": gettext_lazy("凭书面材料登记了部门的决定"),
    "attention.accepted": gettext_lazy("核实后按后到的答复更正"),
    "attention.dismissed": gettext_lazy("核实后关闭：{reason}"),
    "attention.to_people": gettext_lazy("转人工办理"),
    "attention.given_up": gettext_lazy("无法继续，终止办理"),
}
_LOOKS = {
    "item.approved": "done",
    "result.issued": "done",
    "item.rejected": "bad",
    "item.not_accepted": "bad",
    "item.called_off": "bad",
    "item.decision_held": "doing",
    "attention.raised": "bad",
    "item.supplement_requested": "you",
    "item.accepted": "doing",
    "item.received": "doing",
    "item.taken": "doing",
}


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """A line of the history; `look` is done, doing, you, bad or nothing."""

    at: datetime
    kind: str
    text: str
    look: str


def history_of(sub: SubApplication) -> tuple[TaskEvent, ...]:
    """The events of one task that mean something to a person. One query."""
    events = Event.objects.filter(sub=sub, kind__in=list(SENTENCES)).order_by("-seq")[:MOST]
    return tuple(TaskEvent(event.at, event.kind, _text(event), _LOOKS.get(event.kind, "")) for event in events)


def _text(event: Event) -> str:
    facts = {
        "procedure": event.facts.get("procedure") or "",
        "points": len(event.facts.get("about") or ()) or 1,
        "reason": _reason(event.facts.get("reason")),
        "other": department_short(event.facts.get("department")),
        "held": str(HELD.get(str(event.facts.get("reason", "")), HELD_OTHERWISE)),
        "working_days": event.facts.get("working_days", ""),
        "due": _due(event.facts.get("late")),
        **_desk_facts(event.facts),
        **moved_facts(event.facts),
    }
    return str(SENTENCES[event.kind]).format_map(facts)


def _desk_facts(facts: Mapping[str, Any]) -> dict[str, str]:
    """Whom a rule told and why, how a letter went, what kind of file was added."""
    return {
        "why": _label(EscalationRule.Trigger, facts.get("rule")),
        "level": _label(EscalationRule.Level, facts.get("level")),
        "way": _label(TaskLetter.Way, facts.get("way")),
        "file_kind": _label(TaskFile.Kind, facts.get("file_kind")),
        "number": str(facts.get("no") or ""),
    }


def _label(choices: type[TextChoices], value: Any) -> str:
    return str(choices(value).label) if value in choices.values else ""


def _due(late: Any) -> str:
    return (
        ngettext("已超期 %(count)s 个工作日", "已超期 %(count)s 个工作日", late) % {"count": late}
        if late
        else _("就要到期")
    )


def _reason(value: Any) -> str:
    return _label(Attention.Reason, value)
