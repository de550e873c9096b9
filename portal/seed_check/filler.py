"""Fills in any form as a patient person would: answers what is asked, tries again where something is wrong.

What a scenario says is typed as it says; everything else comes from registers (prefill) or from likely values, until
the form's own checks are content. Bounded: what cannot be filled is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from bundles import forms
from bundles.rules import RuleError, parse
from bundles.spec import Question
from cases import access, queries
from cases.actions.applying import drafting
from cases.actions.papers import materials
from cases.queries.context import frame_of
from portal.accounts.models import Account
from portal.seed_check.papers import paper
from portal.seed_check.values import Proposals, written

ROUNDS = 8
PASSES = 40
# How far a round goes: the scenario's own words and questions, fields no source can fill, everything.
SAID, UNSOURCED, ALL = range(3)


class CannotFill(Exception):
    """The form stays wrong; the message names the first places."""


class Filler:
    """Fills in one draft. `fields` maps paths to what is typed, `guidance` questions to answers."""

    def __init__(
        self, applicant: Account, proposals: Proposals, script: Mapping[str, Any], ask: Callable[[], None]
    ) -> None:
        """`ask` lets those concerned agree early, so that their registers may be asked."""
        self._applicant = applicant
        self._ask = ask
        self._proposals = proposals
        self._said = dict(script.get("fields") or {})
        self._rows: Mapping[str, int] = script.get("rows") or {}
        self._papers: Mapping[str, str] = script.get("materials") or {}
        self._tries: Counter[str] = Counter()
        self._filed: frozenset[str] = frozenset()
        self.typed: set[str] = set()
        self.uploaded: set[str] = set()

    def fill(self, case_id: UUID) -> None:
        """Bring a draft to where it can be handed in. Raises CannotFill."""
        for patience in range(ROUNDS):
            drafting.refresh_prefill(case_id)
            if patience == ALL and self._others_know_more(case_id):
                self._ask()
                drafting.refresh_prefill(case_id)
            changed = self._type(case_id, patience)
            if not changed and patience >= ALL:
                break
        left = self._faults(self._context(case_id))
        if left:
            raise CannotFill("；".join(f"{path}：{text}" for path, text in left[:5]))
        self._hand_in_papers(case_id)

    def _context(self, case_id: UUID) -> forms.Context:
        """The form as it can be filled in now; of a filed case what only its put-off items need (分段办)."""
        case = access.case_for(self._applicant, case_id)
        assert case is not None
        frame = frame_of(case)
        self._filed = frame.filed
        return frame.context

    def _select(self, context: forms.Context) -> forms.Selection:
        chosen = forms.select(context)
        if not self._filed:
            return chosen
        fields = {field for field in chosen.fields if self._filed.isdisjoint(context.spec.items_of_field(field))}
        return replace(chosen, fields=frozenset(fields))

    def _wrong(self, context: forms.Context, selection: forms.Selection) -> list[forms.FieldError]:
        found = forms.check_all(context, selection)
        spec = context.spec
        return [e for e in found if not self._filed or not spec.has_field(e.field) or e.field in selection.fields]

    def _others_know_more(self, case_id: UUID) -> bool:
        """Whether something still open could come from the registers of somebody who has not agreed yet."""
        case = access.case_for(self._applicant, case_id)
        assert case is not None
        waiting = {party.party_id for party in queries.pending_parties(case)}
        if not waiting:
            return False
        context = queries.context_of(case)
        wrong = [error.field for error in forms.check_all(context, forms.select(context))]
        fields = [context.spec.field(field) for field in wrong if context.spec.has_field(field)]
        return any(f"@{party}." in path for field in fields for path in field.prefills for party in waiting)

    # -- the form ---------------------------------------------------------------------------------------------------
    def _type(self, case_id: UUID, patience: int) -> bool:
        """One round: work out what to type, then post it question by question and section by section."""
        before = self._context(case_id)
        after = self._filled(before, patience)
        if after.answers == before.answers:
            return False
        answers = after.answers
        if answers.get("guidance") != before.answers.get("guidance"):
            drafting.save_guidance(case_id, by=self._applicant.actor, guidance=answers["guidance"])
        selection = self._select(after)
        for section_id in selection.sections:
            posted = _posted(after, selection, section_id)
            if posted:
                drafting.save_section(case_id, section_id, posted, by=self._applicant.actor)
        return True

    def _filled(self, context: forms.Context, patience: int) -> forms.Context:
        """First what the scenario says and the questions, then what no register could know, then all that is left."""
        context = self._with_rows(context)
        context = self._with_what_was_said(context)
        for _ in range(PASSES):
            selection = self._select(context)
            wrong = [error.path for error in self._wrong(context, selection)]
            wrong += self._behind_conditions(context, selection) if patience >= ALL else []
            mendable = [path for path in dict.fromkeys(wrong) if _is_due(context, path, patience)]
            if not mendable:
                break
            for path in mendable:
                context = self._mended(context, path)
            context = self._with_what_was_said(context)
        return context

    def _with_rows(self, context: forms.Context) -> forms.Context:
        for group, count in self._rows.items():
            while len(forms.rows_of(context.answers, group)) < count:
                context = replace(context, answers=forms.add_row(context.spec, context.answers, group))
        return context

    def _with_what_was_said(self, context: forms.Context) -> forms.Context:
        """Type what the scenario says, wherever it is asked by now."""
        for path, value in self._said.items():
            context = self._with(context, path, written(value))
        return context

    def _with(self, context: forms.Context, path: str, typed: Any) -> forms.Context:
        place = forms.place_of(context.spec, path)
        if place is None:
            raise CannotFill(f"表单里没有 {path}")
        cleaned = forms.clean_field(context, self._select(context), path, typed)
        if cleaned.answers != context.answers:
            self.typed.add(path)
            return replace(context, answers=cleaned.answers)
        return context

    def _mended(self, context: forms.Context, path: str) -> forms.Context:
        """The next thing to try at a place that is wrong: an answer, one more row, another value."""
        if path.startswith("guidance."):
            return self._answered(context, context.spec.question(path.removeprefix("guidance.")))
        if path in context.spec.groups:
            return replace(context, answers=forms.add_row(context.spec, context.answers, path))
        place = forms.place_of(context.spec, path)
        if place is None or path in self._said:
            return context
        values = self._proposals.of(context.spec.field(place.field), place)
        if not values:
            return context
        value = values[self._tries[path] % len(values)]
        self._tries[path] += 1
        return self._with(context, path, value)

    def _answered(self, context: forms.Context, question: Question) -> forms.Context:
        """The next option that does not end the application here."""
        options = [option.value for option in question.options if not option.stop]
        path = f"guidance.{question.id}"
        value: Any = options[self._tries[path] % len(options)] if options else question.options[0].value
        self._tries[path] += 1
        guidance = {
            **(context.answers.get("guidance") or {}),
            question.id: [value] if question.kind == "multi" else value,
        }
        return replace(context, answers={**context.answers, "guidance": guidance})

    def _behind_conditions(self, context: forms.Context, selection: forms.Selection) -> list[str]:
        """The places that a condition reads which is not met: one of them has to be answered differently."""
        refused = [
            r.id
            for r in (*forms.check_eligibility(context, selection), *forms.check_constraints(context, selection))
            if r.verdict == "false"
        ]
        expressions = [e.expr for e in context.spec.eligibility if e.id in refused]
        expressions += [str(c.get("expr", "")) for c in context.spec.constraints if c.get("id") in refused]
        return [path for expression in expressions for path in _read_by(context, expression)]

    def _faults(self, context: forms.Context) -> Sequence[tuple[str, str]]:
        selection = self._select(context)
        found = [(error.path, error.message) for error in self._wrong(context, selection)]
        if self._filed:
            return found
        found += [(stop.question, stop.message) for stop in selection.stops]
        refused = forms.check_eligibility(context, selection)
        return [*found, *((one.id, one.message) for one in refused if one.verdict == "false")]

    # -- papers -----------------------------------------------------------------------------------------------------
    def _hand_in_papers(self, case_id: UUID) -> None:
        """Cover every open slot: as the scenario says, else by a file."""
        case = access.case_for(self._applicant, case_id)
        assert case is not None
        for slot in queries.slots_of(case, frame_of(case).context):
            if slot.is_settled:
                continue
            how = self._papers.get(slot.material_id, "upload")
            self.uploaded.add(slot.slot)
            if how == "defer":
                materials.defer(case_id, slot.slot, by=self._applicant.actor)
            elif how == "commit":
                materials.commit_to(case_id, slot.slot, by=self._applicant.actor)
            else:
                materials.upload(case_id, slot.slot, paper(slot.label), by=self._applicant.actor)


def _is_due(context: forms.Context, path: str, patience: int) -> bool:
    """Whether a place is to be filled by hand in this round already."""
    place = forms.place_of(context.spec, path)
    if place is None:  # a question, or a block without rows
        return True
    return patience >= ALL or (patience == UNSOURCED and not context.spec.field(place.field).prefills)


def _read_by(context: forms.Context, expression: str) -> list[str]:
    try:
        names = sorted(parse(expression).names)
    except RuleError:
        return []
    spec = context.spec
    found = [f"guidance.{name}" for name in names if any(question.id == name for question in spec.guidance)]
    for name in names:
        if spec.has_field(name) and not spec.field(name).system:
            group = spec.group_of(name)
            count = len(forms.rows_of(context.answers, group.id)) if group else 0
            found += [f"{group.id}.{n}.{name}" for n in range(count)] if group else [name]
    return found


def _posted(context: forms.Context, selection: forms.Selection, section_id: str) -> dict[str, Any]:
    """A section as the page would post it: every field that is shown, with its value."""
    view = forms.section_view(context, selection, section_id)
    posted: dict[str, Any] = {}
    for field in view.fields:
        for one in (field, *(inner for row in (field.block.rows if field.block else ()) for inner in row.fields)):
            if one.widget != "group":
                posted[one.path] = list(one.values) if one.type == "multi" else one.value
    for row in view.rows:
        for one in row.fields:
            posted[one.path] = list(one.values) if one.type == "multi" else one.value
    return posted
