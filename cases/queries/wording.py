"""Human words for what the engine records: one sentence an event kind, one word a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec import BundleSpec
from bundles.spec.registry import Department
from cases.models import Attention
from cases.states import SubState

# Kinds that are not here are steps of the engine: kept in the history, not told.
SENTENCES: Mapping[str, Any] = {
    "draft.started": gettext_lazy("开始填写申请"),
    "materials.uploaded": gettext_lazy("上传了材料：{slot}"),
    "materials.exempted": gettext_lazy("免提交：系统调取了{slot}"),
    "materials.committed": gettext_lazy("对“{slot}”作出告知承诺"),
    "materials.deferred": gettext_lazy("“{slot}”先受理后补，期限 {due_on}"),
    "data.disputed": gettext_lazy("对一项预填信息提出异议，转数据来源部门核对"),
    "party.asked": gettext_lazy("已请{party}确认"),
    "party.agreed": gettext_lazy("{party}已确认"),
    "party.declined": gettext_lazy("{party}没有同意"),
    "party.not_asked": gettext_lazy("撤回了请{party}确认的请求"),
    "party.withdrew": gettext_lazy("有一位撤回了授权"),
    "licence.granted": gettext_lazy("持证人授权本办件使用一份证照"),
    "licence.grant_revoked": gettext_lazy("持证人收回了一份证照的授权"),
    "materials.original_seen": gettext_lazy("核对过“{slot}”的原件"),
    "consent.apart": gettext_lazy("单独同意查询敏感信息"),
    "case.sent_back": gettext_lazy("对方确认后发现还缺内容，已退回请您补上"),
    "roster.imported": gettext_lazy("导入名册：{good} 行可以办，{bad} 行要更正"),
    "roster.row_corrected": gettext_lazy("更正了名册第 {row} 行"),
    "roster.row_removed": gettext_lazy("删除了名册第 {row} 行"),
    "roster.opened": gettext_lazy("名册预检通过，开始请本人确认"),
    "roster.asked": gettext_lazy("已请 {people} 人本人确认"),
    "roster.reminded": gettext_lazy("已提醒 {people} 人确认"),
    "roster.declined": gettext_lazy("第 {row} 行本人不办"),
    "roster.row_returned": gettext_lazy("第 {row} 行本人说信息不对，请更正"),
    "roster.deadline_passed": gettext_lazy("确认截止：{people} 人没有确认，没有为他们办理"),
    "roster.made_up": gettext_lazy("没有确认的人已转入补办"),
    "roster.closed": gettext_lazy("这一轮名册已结束"),
    "confirmation.begun": gettext_lazy("由单位名册发起，等您本人确认"),
    "case.found_entitled": gettext_lazy("系统比对发现您符合条件，不用申请"),
    "case.opted_out": gettext_lazy("本人不领取"),
    "case.filed": gettext_lazy("申请已提交，共 {items} 件事"),
    "item.dispatched": gettext_lazy("{item}：已送到{dept}"),
    "item.taken": gettext_lazy("{item}：工作人员已接件"),
    "item.received": gettext_lazy("{item}：{dept}已收件"),
    "item.accepted": gettext_lazy("{item}：已受理{due}"),
    "item.deemed_accepted": gettext_lazy("{item}：{dept}五个工作日内没有答复，依法自{since_day}收到材料之日起视同受理"),
    "item.due_moved": gettext_lazy("{item}：办结日由{old_day}改为{new_day}，{why}"),
    "case.due_moved": gettext_lazy("整件事的预计办结日由{old_day}改为{new_day}，{why}"),
    "item.extended": gettext_lazy("{item}：经批准延长 {working_days} 个工作日，理由见延期告知书"),
    "item.procedure_began": gettext_lazy("{item}：进入“{procedure}”{days}"),
    "item.procedure_ended": gettext_lazy("{item}：“{procedure}”结束，继续办理"),
    "item.supplement_requested": gettext_lazy("{item}：提出补正 {points} 处"),
    "item.supplemented": gettext_lazy("{item}：补正已交，继续办理"),
    "supplement.collecting": gettext_lazy("有部门提出要补正，正在汇总其他部门的意见，会一次告诉您"),
    "supplement.sent": gettext_lazy("一次性补正告知：共 {lines} 处，请一次补齐"),
    "supplement.extended": gettext_lazy("补正时间延长到 {due_on}"),
    "supplement.reminded": gettext_lazy("已提醒您按时补正"),
    "supplement.lapsed": gettext_lazy("没有按时补正，通知已到期"),
    "item.supplement_taken_back": gettext_lazy("{item}：不用再补正，继续办理"),
    "case.corrected_on_spot": gettext_lazy("在窗口当场更正了 {points} 处，不算补正"),
    "supplement.cancelled": gettext_lazy("补正通知已取消，不用再补"),
    "item.decision_held": gettext_lazy("{item}：部门已审定，{held}"),
    "item.called_off": gettext_lazy("{item}：与它同时生效的一件没有办成，不再办理"),
    "item.reassigned": gettext_lazy("{item}：转由{other}办理"),
    "item.went_to_person": gettext_lazy("{item}：数据不足以自动判断，转由工作人员办理"),
    "consultation.asked": gettext_lazy("{item}：正在征求{other}的意见，{due_on}前答复"),
    "consultation.answered": gettext_lazy("{item}：{other}已答复意见"),
    "consultation.silent": gettext_lazy("{item}：{other}到期没有答复，视为无意见"),
    "item.escalated": gettext_lazy("{item}：已催办"),
    "item.moved_to_people": gettext_lazy("{item}：改由{dept}工作人员人工办理"),
    "item.settled_by_person": gettext_lazy("{item}：{dept}的决定由工作人员核对后登记"),
    "attention.retried": gettext_lazy("{item}：已重新送给{dept}"),
    "attention.sent_anew": gettext_lazy("{item}：核对后已重新送给{dept}"),
    "attention.accepted": gettext_lazy("{item}：{dept}前后答复不一致，已核实，以更正后的为准"),
    "attention.dismissed": gettext_lazy("{item}：工作人员已核实，结果不变"),
    "item.given_up": gettext_lazy("{item}：无法继续办理，已终止，原因和救济途径见通知书"),
    "item.approved": gettext_lazy("{item}：办好了"),
    "item.rejected": gettext_lazy("{item}：未通过，理由见结果"),
    "item.not_accepted": gettext_lazy("{item}：不予受理，理由见结果"),
    "item.withdrawn": gettext_lazy("{item}：已撤回"),
    "item.cancelled": gettext_lazy("{item}：前一件没有办成，不再办理"),
    "item.lapsed": gettext_lazy("{item}：逾期未办，已终止"),
    "item.choice_asked": gettext_lazy("{item}：前一件没有办成，等您选择是否继续"),
    "item.chosen": gettext_lazy("{item}：您的选择已记下"),
    "items.added": gettext_lazy("{item}：按查得的情况新增 {count} 件"),
    "visit.booked": gettext_lazy("{item}：已预约到场时间"),
    "visit.done": gettext_lazy("{item}：已到场"),
    "visit.missed": gettext_lazy("{item}：约好的时间没有到场，可以重新约"),
    "joint_visit.arranged": gettext_lazy("各部门约好一次上门"),
    "joint_visit.done": gettext_lazy("合并上门已完成，意见已汇总"),
    "watch.met": gettext_lazy("等的数据到了，接着办下一件"),
    "watch.lapsed": gettext_lazy("等的数据一直没有出现，已停止等待"),
    "plan.stopped": gettext_lazy("暂停办理，原来的次序保留"),
    "plan.goes_on": gettext_lazy("恢复办理，按原次序继续"),
    "plan.changed": gettext_lazy("改计划第 {version} 版已发给各方"),
    "plan.effective": gettext_lazy("改计划第 {version} 版已生效"),
    "plan.refused": gettext_lazy("改计划第 {version} 版未被{dept}接受，仍按原计划"),
    "item.planned_anew": gettext_lazy("{item}：按第 {version} 版重新安排"),
    "item.told_of_change": gettext_lazy("{item}：已告知新时间，原结论有效"),
    "report.version": gettext_lazy("{item}：迟到的答复已补入，出第 {version} 版"),
    "case.resumed": gettext_lazy("继续办理"),
    "case.concluded": gettext_lazy("全部办结，办成 {approved} 件"),
    "case.withdrawn": gettext_lazy("申请已撤回"),
    "case.withdrawn_jointly": gettext_lazy("{party}撤回了共同申请"),
    "case.taken_up_again": gettext_lazy("续办 {items} 件事"),
    "stage.opened": gettext_lazy("下一阶段可以申报了：{stage}"),
    "points.scored": gettext_lazy("积分核定：{rule}"),
    "points.objected": gettext_lazy("您对积分提出异议：{rule}"),
    "points.settled": gettext_lazy("积分异议已复核：{rule}"),
    "allocation.publicity": gettext_lazy("积分和排名开始公示"),
    "allocation.placed": gettext_lazy("派位结果已公布"),
    "result.issued": gettext_lazy("{item}：结果已生成"),
    "result.corrected": gettext_lazy("{item}：结果已更正，理由见结果"),
    "result.revoked": gettext_lazy("{item}：结果已撤销，理由见结果"),
    "result.superseded": gettext_lazy("{item}：旧证已被新证取代"),
    "paper.handed_in": gettext_lazy("容缺的材料已补交"),
    "paper.overdue": gettext_lazy("容缺的材料逾期没有补交"),
    "commitment.checked": gettext_lazy("{item}：告知承诺事后核查，属实"),
    "commitment.repaired": gettext_lazy("{item}：失信记录已修复"),
    "commitment.broken": gettext_lazy("{item}：告知承诺事后核查，不实"),
    "data.dispute_upheld": gettext_lazy("数据异议成立，已用更正后的内容"),
    "data.dispute_refused": gettext_lazy("数据异议经核对，原数据无误"),
    "data.dispute_withdrawn": gettext_lazy("撤回了数据异议，以记录的内容为准"),
    "recurring.started": gettext_lazy("{item}：开始按月发放"),
    "recurring.suspended": gettext_lazy("{item}：按月发放暂停"),
    "recurring.resumed": gettext_lazy("{item}：按月发放恢复"),
    "recurring.stopped": gettext_lazy("{item}：按月发放停止"),
    "recurring.paid": gettext_lazy("{item}：一期已到账"),
    "recurring.returned": gettext_lazy("{item}：一期被银行退回"),
    "rating.answered": gettext_lazy("您的评价有回音了"),
    "stuck.reported": gettext_lazy("您反映了“办不成事”，有人跟到底"),
    "stuck.answered": gettext_lazy("您反映的“办不成事”有答复了"),
    "question.asked": gettext_lazy("{item}：您向{dept}提了一个问题"),
    "question.asked_lead": gettext_lazy("您向{other}提了一个问题"),
    "question.answered": gettext_lazy("{item}：{dept}回复了您的问题"),
    "question.answered_lead": gettext_lazy("{other}回复了您的问题"),
    "item.urged": gettext_lazy("{item}：您已催办，部门会说明情况"),
    "urge.answered": gettext_lazy("{item}：{dept}说明了办理情况"),
    "charge.due": gettext_lazy("{item}：需要缴费"),
    "charge.paid": gettext_lazy("{item}：费用已缴"),
    "charge.waived": gettext_lazy("{item}：不用缴费"),
    "charge.told": gettext_lazy("{item}：{dept}告知了费用"),
    "charge.relief_asked": gettext_lazy("{item}：已申请减免费用"),
    "charge.relief_refused": gettext_lazy("{item}：不予减免费用"),
    "charge.refunding": gettext_lazy("{item}：费用正在退回"),
    "charge.refunded": gettext_lazy("{item}：费用已退回"),
}

STATE_WORDS: Mapping[str, Any] = {
    SubState.WAITING: gettext_lazy("等前一件"),
    SubState.READY: gettext_lazy("正在核对"),
    SubState.DISPATCHED: gettext_lazy("已送出"),
    SubState.RECEIVED: gettext_lazy("部门已收件"),
    SubState.ACCEPTED: gettext_lazy("办理中"),
    SubState.SUPPLEMENT_REQUESTED: gettext_lazy("等您补正"),
    SubState.SPECIAL_PROCEDURE: gettext_lazy("特别程序中"),
    SubState.APPROVED: gettext_lazy("办好了"),
    SubState.REJECTED: gettext_lazy("未通过"),
    SubState.NOT_ACCEPTED: gettext_lazy("不予受理"),
    SubState.WITHDRAWN: gettext_lazy("已撤回"),
    SubState.CANCELLED: gettext_lazy("不再办理"),
    SubState.LAPSED: gettext_lazy("已终止"),
}

# What a citizen hears of what a clerk sees: the fact and that somebody looks after it, without the machinery.
SOFTENED: Mapping[str, Any] = {
    Attention.Reason.REFUSED_BY_SYSTEM: gettext_lazy("{dept}的系统没有接收，工作人员正在处理，您不用操作"),
    Attention.Reason.NOT_DELIVERED: gettext_lazy("暂时连不上{dept}，系统会一直重试，您不用操作"),
    Attention.Reason.SILENT: gettext_lazy("{dept}超过了承诺时间，我们已经催办"),
    Attention.Reason.CONTRADICTION: gettext_lazy("{dept}前后答复不一致，工作人员正在核实，以先到的决定为准"),
    Attention.Reason.LATE_ANSWER: gettext_lazy("结束后又收到{dept}的答复，工作人员正在核实"),
    Attention.Reason.BAD_RESULT: gettext_lazy("{dept}的结果还不完整，已请部门补传"),
    Attention.Reason.FORGOTTEN: gettext_lazy("{dept}需要核对收件情况，工作人员正在处理"),
    Attention.Reason.WAITING_FOR_FACT: gettext_lazy("在等一项数据，系统会继续查询，您不用操作"),
    Attention.Reason.ASKED_AGAIN: gettext_lazy("{dept}再次要求补正，我们已请该部门说明理由"),
    Attention.Reason.OUTDATED: gettext_lazy("所依据的数据更正了，{dept}正在核对是否受影响"),
    Attention.Reason.UNCHECKED: gettext_lazy("{dept}的事后核查到期了，正在安排"),
    Attention.Reason.SUSPENDED: gettext_lazy("按月发放暂停了，{dept}正在核实；核实无误会补发"),
    Attention.Reason.OVERRUN: gettext_lazy("{dept}的特别程序超过了告知您的时间，我们已经催办"),
    Attention.Reason.CHARGE: gettext_lazy("费用需要工作人员核对，核对好会通知您"),
    Attention.Reason.ORIGINAL: gettext_lazy("{dept}已审定，请带原件来核对，核对后发出结果"),
    Attention.Reason.POINTS_OPEN: gettext_lazy("积分里有几项要人工核定，工作人员正在处理"),
    Attention.Reason.UNREACHED: gettext_lazy("有消息没能发到您的手机，请核对手机号；消息在“我的消息”里都能看到"),
    Attention.Reason.UNANSWERED: gettext_lazy("{dept}还没有回复您，我们已经督促"),
    Attention.Reason.BAD_RATING: gettext_lazy("您的评价还没有回音，我们已经督促{dept}"),
    Attention.Reason.FAULT: gettext_lazy("处理时遇到问题，工作人员已收到提醒"),
}

# Why an approval waits, by the code of the reason; a code that is not here waits for something else.
HELD: Mapping[str, Any] = {
    "bound": gettext_lazy("等与它同时生效的一件"),
    "deferred": gettext_lazy("等您补齐欠交的材料"),
    "original": gettext_lazy("等您出示原件核对"),
    "payment": gettext_lazy("等您缴费"),
    "plan": gettext_lazy("等其他部门同意"),
}
HELD_OTHERWISE = gettext_lazy("等其他条件具备")

REMEDY = gettext_lazy(
    "对这个决定不服的，可以自收到决定之日起 60 日内申请行政复议，或者 6 个月内向人民法院提起行政诉讼。"
)
_WEEKDAYS = "一二三四五六日"


def sentence(kind: str, word: Callable[[str], Any]) -> str:
    """The sentence of an event, empty for kinds that are not told; `word` gives what it asks for by name."""
    template = SENTENCES.get(kind)
    return str(template).format_map(_Asked(word)) if template is not None else ""


class _Asked(dict[str, Any]):
    def __init__(self, word: Callable[[str], Any]) -> None:
        self._word = word

    def __missing__(self, name: str) -> Any:
        return self._word(name)


def named(thing: Any) -> str:
    """What a bundle, an item or a field is called in the language of the page; Chinese where it has no English."""
    is_english = (get_language() or "zh").startswith("en")
    return str((is_english and getattr(thing, "en", None)) or thing.zh)


def short_name(department: Department) -> str:
    """What a department is called in a chip or a sentence, in the language of the page."""
    is_english = bool(department.en) and (get_language() or "zh").startswith("en")
    return department.short_en if is_english else department.short


def full_name(department: Department) -> str:
    """What a department is called where it must be named in full, in the language of the page."""
    is_english = bool(department.en) and (get_language() or "zh").startswith("en")
    return department.en if is_english else department.name


def department_short(code: object) -> str:
    """What a department is called in a sentence; 部门 where it is unknown."""
    known = queries.registry().departments.get(str(code or ""))
    return short_name(known) if known else _("部门")


def purpose_words(kept: str, spec: BundleSpec) -> str:
    """What data was asked for, as it was written down; the usual words in the language of the page."""
    return _("办理“%(bundle)s”") % {"bundle": named(spec)} if kept == f"办理“{spec.zh}”" else kept


def day_words(day: date | None) -> str:
    """A day as people say it: 12月1日（周二）."""
    if day is None:
        return ""
    if (get_language() or "zh").startswith("en"):
        return f"{day:%a} {day.day} {day:%b %Y}"
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def short_day(moment: datetime | date | None) -> str:
    """Month and day as figures: 11-23."""
    if moment is None:
        return ""
    day = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    return f"{day:%m-%d}"


def progress_words(done: int, total: int, refused: int) -> str:
    """How far a case is: 7 件办好 2 件."""
    words = _("%(total)s 件办好 %(done)s 件") % {"total": total, "done": done}
    return words + (_("，%(refused)s 件未通过") % {"refused": refused} if refused else "")
