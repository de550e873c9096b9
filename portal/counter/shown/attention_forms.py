"""The acts on an attention as forms: which are open, their fields, the word on the button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from cases.queries import AttentionPage
from cases.queries.attention_page import SentValue
from cases.queries.department import ResultInput
from portal.counter.posted import Typed
from portal.counter.shown.masks import shape
from portal.ui.fields import Choice, FieldView

MOST_VALUES = 60
SNOOZES = ("1", "24", "72", "168")


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act: its name in the address, title, a sentence, the fields, its button. `is_open`: it was just sent."""

    name: str
    title: str
    text: str
    fields: tuple[FieldView, ...]
    button: str
    is_main: bool = False
    is_open: bool = False


def quick_forms(page: AttentionPage) -> tuple[ActForm, ...]:
    """What one press does."""
    forms = []
    if "retry" in page.may:
        text = _("同一个编号、同样的内容再送一次；部门已经办过的不会重复办。")
        forms.append(ActForm("retry", _("马上重送"), text, (), _("马上重送"), is_main=True))
    if "ask" in page.may:
        text = _("按编号问部门系统这一件办到哪里了；答复马上生效。")
        forms.append(ActForm("ask", _("向部门查询"), text, (), _("向部门查询"), is_main="retry" not in page.may))
    return tuple(forms)


def folded_forms(page: AttentionPage, typed: Typed, sent: str, *, revealed: bool) -> tuple[ActForm, ...]:
    """What wants words, values or a file, each in its fold; `revealed` names the values of now in full."""
    makers = (
        ("correct", _correct),
        ("anew", _anew),
        ("settle", _settle),
        ("to_people", _to_people),
        ("reassign", _reassign),
        ("give_up", _give_up),
        ("dismiss", _dismiss),
        ("snooze", _snooze),
        ("note", _note),
    )
    may = page.may - {"correct", "anew"} if page.correction else page.may
    page = replace(page, body=tuple(replace(one, is_plain=True) for one in page.body)) if revealed else page
    return tuple(make(page, typed, sent == name) for name, make in makers if name in may)


def _correct(page: AttentionPage, typed: Typed, is_open: bool) -> ActForm:
    values = [one for one in page.body if one.is_editable][:MOST_VALUES]
    fields = (*(_value_field(one, typed) for one in values), _long("correction.reason", _("为什么要更正"), typed))
    text = _("只填要改的，空着的不变。换一个新编号送出，要另一个人复核；部门可能已经办过的不会送。")
    return ActForm("correct", _("更正后重送"), text, fields, _("提交复核"), is_open=is_open)


def _value_field(one: SentValue, typed: Typed) -> FieldView:
    name = f"value.{one.path}"
    now = str(one.value) if one.is_plain else shape(one.value)
    return FieldView(
        name,
        one.label,
        "text",
        typed.values.get(name, ""),
        hint=_("现在：%(now)s") % {"now": now},
        error=typed.faults.get(name, ""),
        required=False,
    )


def _anew(page: AttentionPage, typed: Typed, is_open: bool) -> ActForm:
    text = _("先问部门；部门说从来没有收到过，才换一个新编号把同样的内容再送一次。")
    fields = (_long("anew.reason", _("为什么换编号"), typed),)
    return ActForm("anew", _("换编号重送"), text, fields, _("查询并重送"), is_open=is_open)


def _settle(page: AttentionPage, typed: Typed, is_open: bool) -> ActForm:
    options = (("approved", _("同意")), ("rejected", _("不予批准")), ("not_accepted", _("不予受理")))
    fields = (
        _choose("settle.status", _("部门的决定"), options, typed),
        *(_result(one, typed) for one in page.results),
        _long("settle.reason", _("不予批准、不予受理的理由"), typed, required=False, hint=_("申请人会看到")),
        _line("settle.article", _("法律依据"), typed, required=False),
        _line("settle.receipt_no", _("部门的收件号"), typed, required=False),
        _long("settle.statement", _("怎样得知、怎样核实的"), typed, hint=_("留在本页，不给申请人看")),
        FieldView("settle.file", _("决定书或系统截图"), "file", error=typed.faults.get("settle.file", "")),
    )
    text = _("系统送不到而部门已经决定的，由本部门的人凭书面材料登记；与部门系统的答复同样生效。")
    return ActForm("settle", _("登记部门的决定"), text, fields, _("登记并生效"), is_open=is_open)


def _result(one: ResultInput, typed: Typed) -> FieldView:
    name = f"result.{one.name}"
    value = typed.values.get(name, "")
    choices = tuple(Choice(code, title, chosen=code == value) for code, title in one.choices)
    if one.type == "bool":
        choices = tuple(Choice(v, title, chosen=v == value) for v, title in (("true", _("是")), ("false", _("否"))))
    kind = "enum" if one.choices else {"list": "longtext", "enum": "text"}.get(one.type, one.type)
    error = typed.faults.get(name, "")
    return FieldView(name, one.label, kind, value, choices, hint=_("同意时填"), error=error, required=False)


def _to_people(page: AttentionPage, typed: Typed, is_open: bool) -> ActForm:
    options = (("", _("没有核对")), ("yes", _("系统里没有这一件，或已作废")))
    fields = (
        _choose("people.is_checked", _("问不到部门系统时"), options, typed, required=False),
        _long("people.reason", _("为什么转人工"), typed),
    )
    text = _("这一件放到本部门的工作台，由人办理，不再等系统。会先问系统：它收到过的就按它的答复办。")
    return ActForm("to_people", _("转人工办理"), text, fields, _("转人工"), is_open=is_open)


def _reassign(page: AttentionPage, typed: Typed, is_open: bool) -> ActForm:
    fields = (
        _choose("reassign.department", _("部门"), page.targets, typed),
        _long("reassign.reason", _("为什么转"), typed),
    )
    return ActForm("reassign", _("转给别的部门"), _("原部门会收到撤回通知。"), fields, _("转出"), is_open=is_open)


def _give_up(page: AttentionPage, typed: Typed, is_open: bool) -> ActForm:
    text = _("这一件就此结束：出具终止办理通知书，写明原因和救济途径；同一办件的其他事项继续，已缴的费用按规定退。")
    fields = (_long("end.reason", _("为什么终止"), typed, hint=_("申请人会看到")),)
    return ActForm("give_up", _("终止办理"), text, fields, _("终止并通知申请人"), is_open=is_open)


def _dismiss(page: AttentionPage, typed: Typed, is_open: bool) -> ActForm:
    fields = (_long("dismiss.reason", _("核实的情况"), typed),)
    return ActForm("dismiss", _("核实后关闭"), _("什么都不改变，只留下理由。"), fields, _("关闭"), is_open=is_open)


def _snooze(page: AttentionPage, typed: Typed, is_open: bool) -> ActForm:
    titles = (_("1 小时"), _("1 天"), _("3 天"), _("7 天"))
    fields = (
        _choose("snooze.until", _("多久以后再看"), tuple(zip(SNOOZES, titles, strict=True)), typed),
        _line("snooze.text", _("在等什么"), typed),
    )
    return ActForm("snooze", _("放一放"), _("到时自己回来；放着也照样逐级上报。"), fields, _("放一放"), is_open=is_open)


def _note(page: AttentionPage, typed: Typed, is_open: bool) -> ActForm:
    fields = (_long("note.text", _("备注"), typed),)
    return ActForm("note", _("写备注"), _("给下一个看的人。"), fields, _("记下"), is_open=is_open)


def _line(
    name: str, label: str, typed: Typed, *, required: bool = True, hint: str = "", kind: str = "text"
) -> FieldView:
    value, error = typed.values.get(name, ""), typed.faults.get(name, "")
    return FieldView(name, label, kind, value, hint=hint, error=error, required=required)


def _long(name: str, label: str, typed: Typed, *, required: bool = True, hint: str = "") -> FieldView:
    return _line(name, label, typed, required=required, hint=hint, kind="longtext")


def _choose(
    name: str, label: str, options: Sequence[tuple[str, str]], typed: Typed, *, required: bool = True
) -> FieldView:
    picked = typed.values.get(name, "")
    choices = tuple(Choice(value, title, chosen=value == picked) for value, title in options)
    error = typed.faults.get(name, "")
    return FieldView(name, label, "enum", picked, choices, error=error, required=required)
