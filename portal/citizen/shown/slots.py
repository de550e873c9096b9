"""Papers as slots of the page: covered how, by what, what may be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from cases.queries.my_papers import PaperView
from cases.queries.proofs import ProofView
from cases.queries.slots import SlotView
from portal.citizen.shown.departments import receivers
from portal.citizen.shown.files import Earlier, Remarks, ShownFile, earlier, label_of, shown_file
from portal.citizen.shown.parts import Fact
from portal.ui import words
from portal.ui.fields import Receiver
from portal.ui.licences import masked

__all__ = ["Beside", "ShownSlot", "asked_again", "dom_id", "label_of", "shown", "tag_of"]

_LOOKS = {
    "exempt": ("done", "shield", "card"),
    "uploaded": ("done", "check", "file"),
    "committed": ("done", "sign", "sign"),
    "deferred": ("you", "calendar", "doing"),
    "generated": ("doing", "", "pen"),
    "open": ("you", "camera", "file"),
}


@dataclass(frozen=True, slots=True)
class ShownProof:
    """What was fetched in place of a paper: whose, from whom, what it says."""

    title: str
    dept: Receiver | None
    party: str
    facts: Sequence[Fact]
    as_of: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page knows of its slots beside them: proofs, earlier files of the same kind, remarks on files."""

    remarks: Remarks = field(default_factory=Remarks)
    proofs: Mapping[str, Sequence[ProofView]] = field(default_factory=dict)
    earlier: Mapping[str, Sequence[PaperView]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShownSlot:
    """A paper. What may be done with it now stands in `may_upload`, `may_commit`, `may_defer`, `may_undo`."""

    key: str
    id: str
    title: str
    text: str
    icon: str
    state: str
    tag: str
    tag_icon: str
    depts: Sequence[Receiver]
    files: Sequence[ShownFile]
    may_upload: bool
    may_commit: bool
    may_defer: bool
    may_undo: bool
    commitment: str
    is_mine: bool
    may_upload_instead: bool = False
    proofs: Sequence[ShownProof] = ()
    earlier: Sequence[Earlier] = ()


def shown(case: Any, slot: SlotView, beside: Beside | None = None) -> ShownSlot:
    """A slot as the page draws it."""
    beside = beside or Beside()
    state, tag_icon, icon = _LOOKS[slot.state]
    is_open, waits = slot.state == "open", bool(slot.waits_for)
    is_optional = is_open and not slot.required
    return ShownSlot(
        key=slot.slot,
        id=dom_id(slot.slot),
        title=label_of(slot),
        text=slot.why or slot.note or _("手机拍照或 PDF 都行"),
        icon=icon,
        state="wait" if waits or is_optional else state,
        tag=tag_of(slot),
        tag_icon="users" if waits else tag_icon,
        depts=receivers(slot.departments),
        files=[shown_file(case, file, beside.remarks.on(file, slot.slot)) for file in slot.files],
        may_upload="upload" in slot.options and not waits and slot.state != "exempt",
        may_commit=is_open and "commitment" in slot.options and not waits,
        may_defer=is_open and "deferred" in slot.options and not waits,
        may_undo=slot.state in ("committed", "deferred"),
        commitment=_promise(slot) if "commitment" in slot.options else "",
        is_mine=slot.state in ("open", "uploaded", "deferred") and not waits,
        may_upload_instead="upload" in slot.options and (slot.state == "exempt" or waits),
        proofs=[_proof(one) for one in beside.proofs.get(slot.slot, ())],
        earlier=[earlier(one, slot.max_age) for one in beside.earlier.get(slot.slot, ())],
    )


def _proof(one: ProofView) -> ShownProof:
    facts = [Fact(label, masked(value)) for label, value in one.facts]
    if one.valid_to:
        facts.append(Fact(_("有效期到"), one.valid_to))
    dept = next(iter(receivers([one.department])), None) if one.department else None
    return ShownProof(one.title, dept, one.party, facts, words.day_in_words(one.as_of))


def asked_again(case: Any, slot: SlotView, beside: Beside | None = None) -> ShownSlot:
    """A paper that a department wants anew: it may be uploaded although a register covered it."""
    as_before = shown(case, slot, beside)
    if slot.state == "uploaded" or "upload" not in slot.options:
        return as_before
    return replace(
        as_before, state="you", tag=_("请重新交"), tag_icon="camera", may_upload=True, may_upload_instead=False
    )


def tag_of(slot: SlotView) -> str:
    """How a paper stands, in a word or two."""
    if slot.waits_for:
        return _("等%(names)s授权") % {"names": slot.waits_for}
    if slot.state == "deferred" and slot.due_on:
        return _("容缺：%(day)s前补") % {"day": words.day_in_words(slot.due_on)}
    if slot.state == "open" and not slot.required:
        return _("可不交")
    return {
        "exempt": _("免提交"),
        "uploaded": _("已上传"),
        "committed": _("承诺代替"),
        "generated": _("系统生成"),
    }.get(slot.state, _("要您交"))


def _promise(slot: SlotView) -> str:
    text = _("本人承诺：符合“%(paper)s”所要证明的条件。如不属实，愿意承担撤销决定等后果。")
    return text % {"paper": label_of(slot)}


def dom_id(key: str) -> str:
    """The id of a slot on the page."""
    return "m-" + key.replace(".", "-")
