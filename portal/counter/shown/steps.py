"""The acts around a decision as forms: not accepting, procedures, extension, opinions, handing on, withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.queries import Opinion, Proceedings, TaskPage
from portal.counter.posted import Typed
from portal.ui import words
from portal.ui.fields import Choice, FieldView

OTHER = "other"
DECIDED_ELSEWHERE = frozenset({"dispatched", "supplement_requested"})
TONES = {"open": "you", "answered": "done", "silent": "wait", "cancelled": "wait"}


@dataclass(frozen=True, slots=True)
class Form:
    """One act: its address name, title, a sentence, the fields, the word on its button."""

    name: str
    title: str
    text: str
    fields: tuple[FieldView, ...]
    button: str


@dataclass(frozen=True, slots=True)
class OpinionShown:
    title: str
    question: str
    word: str
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    """The forms by their fold; a fold without forms is not drawn."""

    refusal: tuple[Form, ...]
    procedure: tuple[Form, ...]
    others: tuple[Form, ...]
    why_again: FieldView | None
    opinions: tuple[OpinionShown, ...]
    notes: tuple[str, ...]


def steps_shown(page: TaskPage, found: Proceedings, typed: Typed) -> Steps:
    """What can be done now by whom the task belongs to; nothing where it is decided or somebody else's."""
    mine = page.is_manual and not page.is_decided and page.row.is_mine and not found.held
    return Steps(
        refusal=(_not_accept(typed),) if mine and _can_refuse_acceptance(page) else (),
        procedure=_procedures(found, typed) if mine else (),
        others=_others(page, found, typed) if mine else (),
        why_again=_why_again(page, typed) if mine else None,
        opinions=tuple(_opinion(one) for one in found.opinions),
        notes=tuple(_notes(found)),
    )


def _can_refuse_acceptance(page: TaskPage) -> bool:
    return page.accepted_at is None and page.row.state == "received"


def _not_accept(typed: Typed) -> Form:
    kinds = ((_("依法不需要办理"), "not_needed"), (_("不属于本机关职权"), "not_ours"))
    fields = (
        _choose("not_accept.kind", _("情形"), [(value, title) for title, value in kinds], typed),
        _line("not_accept.apply_to", _("应当向谁申请"), typed, required=False, hint=_("不属于本机关职权的必填")),
        _long("not_accept.text", _("理由，申请人会看到"), typed),
    )
    return Form("not_accept", _("不予受理"), _("出具不予受理决定书，写明理由和救济途径。"), fields, _("不予受理并送出"))


def _procedures(found: Proceedings, typed: Typed) -> tuple[Form, ...]:
    forms = []
    if found.can_begin:
        forms.append(_begin(found, typed))
    if found.running:
        until = words.day_in_words(found.running_until) if found.running_until else ""
        text = _("“%(name)s”进行中，告知的时间到%(day)s。") if until else _("“%(name)s”进行中。")
        name = {"name": found.running, "day": until}
        forms.append(Form("end_procedure", _("结束特别程序"), text % name, (), _("结束，继续计时")))
    if found.can_extend:
        forms.append(_extend(typed))
    return tuple(forms)


def _begin(found: Proceedings, typed: Typed) -> Form:
    declared = [(one.id, _declared(one.name, one.takes, one.in_clock)) for one in found.declared]
    clock = [("", _("按事项规定")), ("out", _("停表")), ("in", _("不停表"))]
    fields = (
        [_choose("procedure.name", _("特别程序"), [*declared, (OTHER, _("其他，写在下面"))], typed)] if declared else []
    )
    fields += [
        _line("procedure.other", _("名称"), typed, required=not declared),
        _line("procedure.days", _("需要几天"), typed, kind="integer", required=not declared),
        _choose("procedure.clock", _("计时"), clock, typed),
    ]
    text = _("书面告知申请人需要多久；同一时间只能有一个。")
    return Form("begin_procedure", _("特别程序"), text, tuple(fields), _("开始并告知"))


def _declared(name: str, takes: str, in_clock: bool) -> str:
    counted = _("不停表") if in_clock else _("停表")
    return "，".join(part for part in (name, takes, counted) if part)


def _extend(typed: Typed) -> Form:
    fields = (
        _line("extend.working_days", _("延长几个工作日"), typed, kind="integer", hint=_("最多 10 个")),
        _line("extend.approver", _("批准的负责人"), typed),
        _long("extend.reason", _("理由，申请人会看到"), typed),
    )
    return Form("extend", _("延长期限"), _("一件只能延长一次，理由书面告知申请人。"), fields, _("延长并告知"))


def _others(page: TaskPage, found: Proceedings, typed: Typed) -> tuple[Form, ...]:
    forms = [_consult(found, typed)]
    if found.can_move:
        forms.append(_reassign(found, typed))
    if page.row.state != "supplement_requested":
        field = _long("withdraw.reason", _("申请人怎样提出的"), typed)
        text = _("申请人到本部门窗口撤回这一件时登记。")
        forms.append(Form("register_withdrawal", _("登记撤回"), text, (field,), _("登记撤回")))
    return tuple(forms)


def _consult(found: Proceedings, typed: Typed) -> Form:
    fields = (
        _choose("consult.department", _("部门"), found.departments, typed),
        _long("consult.question", _("征求什么意见"), typed, hint=_("不要写证件号码；对方只看到这段话")),
        _line("consult.days", _("几个工作日内答复"), typed, kind="integer"),
    )
    return Form("consult", _("征求其他部门意见"), _("逾期没有答复，视为无意见；不影响您先办。"), fields, _("发出"))


def _reassign(found: Proceedings, typed: Typed) -> Form:
    only = len(found.targets) == 1
    title = _("退回牵头部门") if only else _("转给其他部门")
    text = _("分派错了就退回，由牵头部门重新分派；时间计入牵头部门。") if only else _("转给应当办理的部门。")
    fields = (
        _choose("reassign.department", _("部门"), found.targets, typed, preset=found.targets[0][0] if only else ""),
        _long("reassign.reason", _("为什么"), typed),
    )
    return Form("reassign", title, text, fields, title)


def _why_again(page: TaskPage, typed: Typed) -> FieldView | None:
    """Asked for a second request: the law wants everything told at once. 行政许可法 第三十二条第一款第四项."""
    if not page.asked:
        return None
    return _long("supplement.why_again", _("为什么上次没有一次说全"), typed)


def _opinion(one: Opinion) -> OpinionShown:
    until = _("%(day)s前答复") % {"day": words.day_in_words(one.due_on)}
    text = "：".join(part for part in (one.opinion_label, one.answer) if part) if not one.is_open else until
    return OpinionShown(one.department, one.question, one.state_label, TONES[one.state], text)


def _notes(found: Proceedings) -> list[str]:
    notes = [
        _("%(day)s由%(before)s转来：%(reason)s")
        % {"day": words.moment_in_words(one.at), "before": one.before, "reason": one.reason}
        for one in found.handed_on
    ]
    if found.extended:
        facts = {"days": found.extended.working_days, "approver": found.extended.approver, "why": found.extended.reason}
        notes.append(_("已延长 %(days)s 个工作日，%(approver)s批准：%(why)s") % facts)
    if found.held:
        notes.append(_("已审定，%(held)s，条件具备时自动生效。") % {"held": found.held})
    return notes


def _line(
    name: str, label: str, typed: Typed, *, kind: str = "text", required: bool = True, hint: str = ""
) -> FieldView:
    value, error = typed.values.get(name, ""), typed.faults.get(name, "")
    return FieldView(name, label, kind, value, hint=hint, error=error, required=required)


def _long(name: str, label: str, typed: Typed, *, hint: str = "") -> FieldView:
    return _line(name, label, typed, kind="longtext", hint=hint)


def _choose(name: str, label: str, options: Sequence[tuple[str, str]], typed: Typed, *, preset: str = "") -> FieldView:
    picked = typed.values.get(name, preset)
    choices = tuple(Choice(value, title, chosen=value == picked) for value, title in options)
    return FieldView(name, label, "enum", picked, choices, error=typed.faults.get(name, ""))
