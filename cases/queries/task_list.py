"""The task list of an application that is being filled in: what is done, what is wrong, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bundles import forms, queries
from bundles.forms.checks import is_mine
from bundles.spec import Item, Party
from cases.models import Case
from cases.models import Party as CaseParty
from cases.protection import blind_index
from cases.queries.context import frame_of
from cases.queries.contradictions import contradictions
from cases.queries.people import ASKED_KINDS, Acting, is_role_of_agent
from cases.queries.slots import SlotView, slots_of
from cases.queries.wording import short_name
from cases.states import CaseState

NOT_STARTED, STARTED, DONE, WRONG, WAITING = "not_started", "started", "done", "wrong", "waiting"


@dataclass(frozen=True, slots=True)
class TaskSection:
    """A section. `state`: not_started started done wrong, or waiting for the party that fills it."""

    id: str
    title: str
    state: str
    filled: int
    total: int
    wrong: int
    filled_by: str = ""

    @property
    def percent(self) -> int:
        return 100 if self.total == 0 else round(100 * self.filled / self.total)


@dataclass(frozen=True, slots=True)
class PartyView:
    """Somebody concerned. `must_agree`: the case cannot be filed before this person has said yes."""

    id: UUID
    party_id: str
    label: str
    name: str
    state: str
    state_label: str
    consent_kind: str
    is_applicant: bool
    must_agree: bool
    asked_at: datetime | None
    answered_at: datetime | None
    phone: str = ""
    link_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """An item of the case: on now, ticked where it is optional, put off where the bundle lets one."""

    item_id: str
    title: str
    dept_code: str
    dept_short: str
    is_optional: bool
    is_on: bool
    is_later: bool
    can_postpone: bool


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that keeps the case from being submitted, with the place to go to."""

    kind: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class TaskList:
    id: UUID
    version: int
    bundle_code: str
    bundle_name: str
    state: str
    saved_at: datetime
    questions_open: int
    sections: tuple[TaskSection, ...]
    slots: tuple[SlotView, ...]
    parties: tuple[PartyView, ...]
    items: tuple[ItemChoice, ...]
    blockers: tuple[Blocker, ...]

    @property
    def percent(self) -> int:
        """How much of everything required is there, papers included."""
        total = sum(section.total for section in self.sections) + len(self.required_slots)
        there = sum(section.filled for section in self.sections) + sum(slot.is_settled for slot in self.required_slots)
        return 100 if total == 0 else round(100 * there / total)

    @property
    def required_slots(self) -> tuple[SlotView, ...]:
        return tuple(slot for slot in self.slots if slot.required)

    @property
    def is_ready(self) -> bool:
        return not self.blockers


def task_list(case: Case, lang: str = "zh", *, acting: Acting | None = None) -> TaskList:
    """The state of a draft, of a case that waits for others to agree, or of what a filed one has put off.

    `acting`: who acts for the applicant, and says yes for his own role by handing in.
    """
    frame = frame_of(case)
    context, selection = frame.context, frame.selection
    spec = context.spec
    sections = tuple(_section(context, state, lang) for state in forms.missing(context, selection))
    slots = tuple(slot for slot in slots_of(case, context) if frame.filed.isdisjoint(slot.items))
    questions = [error for error in forms.check_all(context, selection) if error.path.startswith("guidance.")]
    return TaskList(
        id=case.pk,
        version=case.version,
        bundle_code=case.bundle_code,
        bundle_name=spec.en if lang == "en" and spec.en else spec.zh,
        state=case.state,
        saved_at=case.saved_at,
        questions_open=len(questions),
        sections=sections,
        slots=slots,
        parties=parties_of(case, context, lang, acting=acting),
        items=_items(context, selection, lang),
        blockers=_blockers(context, selection, questions, sections, slots),
    )


def _section(context: forms.Context, state: forms.SectionState, lang: str) -> TaskSection:
    section = context.spec.section(state.section_id)
    mine = is_mine(context, section)
    return TaskSection(
        id=section.id,
        title=section.en if lang == "en" and section.en else section.zh,
        state=_state_word(state) if mine or state.is_complete else WAITING,
        filled=state.filled,
        total=state.total_required,
        wrong=state.wrong,
        filled_by="" if mine else (section.filled_by or ""),
    )


def _state_word(state: forms.SectionState) -> str:
    if state.wrong:
        return WRONG
    if state.is_complete:
        return DONE
    return NOT_STARTED if state.is_untouched else STARTED


def _items(context: forms.Context, selection: forms.Selection, lang: str) -> tuple[ItemChoice, ...]:
    """Items on now, those put off, and optional ones that a tick would add; in the order of the bundle."""
    shown = {*selection.items, *selection.later, *selection.offered}
    chosen = [item for item in context.spec.items if item.id in shown]
    return tuple(_choice(context, selection, item, lang) for item in chosen)


def _choice(context: forms.Context, selection: forms.Selection, item: Item, lang: str) -> ItemChoice:
    department = queries.registry().departments.get(item.dept)
    is_later = item.id in selection.later
    return ItemChoice(
        item_id=item.id,
        title=item.en if lang == "en" and item.en else item.zh,
        dept_code=item.dept,
        dept_short=short_name(department) if department else item.dept,
        is_optional=item.select == "optional",
        is_on=item.id in selection.items,
        is_later=is_later,
        can_postpone=context.spec.mode == "staged" and (is_later or len(selection.items) > 1),
    )


def parties_of(
    case: Case, context: forms.Context, lang: str = "zh", *, acting: Acting | None = None
) -> tuple[PartyView, ...]:
    """Those concerned, in the order of the bundle."""
    agent = blind_index(acting.id_no) if acting else ""
    order = {party.id: (number, party) for number, party in enumerate(context.spec.parties)}
    rows = [row for row in CaseParty.objects.filter(case=case) if row.party_id in order]
    rows.sort(key=lambda row: (order[row.party_id][0], row.row_index or 0))
    return tuple(_party(row, order[row.party_id][1], case, lang, agent) for row in rows)


def _party(row: CaseParty, party: Party, case: Case, lang: str, agent: str) -> PartyView:
    is_applicant = row.account_id == case.applicant_id and row.state == CaseParty.State.AGREED
    speaks_for_himself = is_applicant or is_role_of_agent(row, agent)
    return PartyView(
        id=row.pk,
        party_id=row.party_id,
        label=((party.en if lang == "en" else "") or party.zh),
        name=row.name or "",
        state=row.state,
        state_label=str(CaseParty.State(row.state).label),
        consent_kind=row.consent_kind,
        is_applicant=is_applicant,
        must_agree=row.consent_kind in ASKED_KINDS and bool(row.id_index) and not speaks_for_himself,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        phone=row.phone or "",
        link_until=row.link_expires_at,
    )


def _blockers(
    context: forms.Context,
    selection: forms.Selection,
    questions: list[forms.FieldError],
    sections: tuple[TaskSection, ...],
    slots: tuple[SlotView, ...],
) -> tuple[Blocker, ...]:
    found = [Blocker("stop", stop.question, stop.message) for stop in selection.stops]
    found += [
        Blocker("eligibility", refusal.id, refusal.message)
        for refusal in forms.check_eligibility(context)
        if refusal.verdict == "false"
    ]
    found += [Blocker("constraint", one.id, one.message) for one in contradictions(context, selection)]
    found += [Blocker("question", error.field, error.message) for error in questions]
    found += [Blocker("section", s.id, s.title) for s in sections if s.state in (NOT_STARTED, STARTED, WRONG)]
    found += [Blocker("material", slot.slot, slot.label) for slot in slots if not slot.is_settled]
    return tuple(found)


def can_be_edited(case: Case) -> bool:
    """Whether the form is still the applicant's to change."""
    return case.state in (CaseState.DRAFT, CaseState.AWAITING_PARTIES)
