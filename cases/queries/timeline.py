"""The history of a case in human sentences, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from cases.models import Case, Event, SubApplication
from cases.queries.due_words import moved_facts
from cases.queries.together import items_of
from cases.queries.wording import HELD, HELD_OTHERWISE, day_words, department_short, sentence, short_name
from cases.statements import Reading

TIMELINE_LENGTH = 200
# Before filing a person knows what he typed; these are told only of what others did or what the law wants kept.
_DRAFT_NOISE = frozenset({"materials.uploaded", "materials.exempted"})


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`actor`: you, party, clerk, department or system; a department's entry carries its chip."""

    at: datetime
    text: str
    kind: str
    actor: str
    dept_code: str = ""
    dept_short: str = ""
    item_id: str = ""


_events = Reading(Event, "t.case_id = %s ORDER BY t.seq DESC LIMIT %s")


def timeline_of(case: Case, spec: BundleSpec, registry: Registry, lang: str = "zh") -> tuple[TimelineEntry, ...]:
    events, items = _events(case.pk, TIMELINE_LENGTH), {sub.pk: sub for sub in items_of(case)}
    of = {event.pk: items.get(event.sub_id) if event.sub_id else None for event in events}
    told = (_entry(event, of[event.pk], case, spec, registry, lang) for event in events)
    return tuple(entry for entry in told if entry is not None)


def _entry(
    event: Event, sub: SubApplication | None, case: Case, spec: BundleSpec, registry: Registry, lang: str
) -> TimelineEntry | None:
    if event.kind in _DRAFT_NOISE and (case.submitted_at is None or event.at <= case.submitted_at):
        return None
    code = sub.department if sub else ""
    department = registry.departments.get(code)
    short = short_name(department) if department else ""
    text = sentence(event.kind, _Told(event.facts, sub, spec, short, lang).word)
    if not text:
        return None
    if event.facts.get("agent"):
        text = _("%(text)s（代办人办的）") % {"text": text}
    actor = {"applicant": "you", "staff": "department"}.get(event.actor_kind, event.actor_kind)
    return TimelineEntry(event.at, text, event.kind, actor, code, short, sub.item_id if sub else "")


@dataclass(frozen=True, slots=True)
class _Told:
    """The facts of an event in words instead of ids; only what its sentence asks for is put into words."""

    facts: Mapping[str, Any]
    sub: SubApplication | None
    spec: BundleSpec
    dept_short: str
    lang: str

    def word(self, name: str) -> Any:
        said = _SAID.get(name)
        if said is not None:
            return said(self)
        value = self.facts.get(name)
        return value if isinstance(value, str | int) else ""

    def text(self, name: str) -> str:
        return str(self.facts.get(name, ""))

    def count(self, name: str) -> Any:
        found = self.facts.get(name, "")
        return len(found) if isinstance(found, list) else found

    def moved(self, name: str) -> str:
        """Of a moved day; `why` of other events stands there as it is."""
        return moved_facts(self.facts).get(name) or self.text(name)


_SAID: Mapping[str, Callable[[_Told], Any]] = {
    "item": lambda told: _item_name(told.sub, told.spec, told.lang),
    "dept": lambda told: told.dept_short or _("部门"),
    "other": lambda told: department_short(told.facts.get("department")),
    "held": lambda told: str(HELD.get(told.text("reason"), HELD_OTHERWISE)),
    "slot": lambda told: _slot_name(told.text("slot"), told.spec, told.lang),
    "party": lambda told: _party_name(told.text("party"), told.spec, told.lang),
    "items": lambda told: told.count("items"),
    "points": lambda told: len(told.facts.get("about") or ()) or 1,
    "stage": lambda told: _stage_name(told.text("stage"), told.spec, told.lang),
    "rule": lambda told: _rule_name(told.text("rule"), told.spec, told.lang),
    "old_day": lambda told: told.moved("old_day"),
    "new_day": lambda told: told.moved("new_day"),
    "since_day": lambda told: told.moved("since_day"),
    "why": lambda told: told.moved("why"),
    "due": lambda told: _due_words(told.facts.get("due_on")),
    "due_on": lambda told: day_words(_day(told.facts.get("due_on"))),
    "days": lambda told: _days_words(told.facts.get("expected_days")),
}


def _item_name(sub: SubApplication | None, spec: BundleSpec, lang: str) -> str:
    if sub is None:
        return ""
    item = spec.item(sub.item_id)
    name = item.en if lang == "en" and item.en else item.zh
    return f"{name}（{sub.instance_label}）" if sub.instance_label else name


def _slot_name(slot: str, spec: BundleSpec, lang: str) -> str:
    material = next((m for m in spec.materials if m.id == slot.partition(".")[0]), None)
    if material is None:
        return slot
    return material.en if lang == "en" and material.en else material.zh


def _stage_name(stage_id: str, spec: BundleSpec, lang: str) -> str:
    stage = next((one for one in spec.stages if one.id == stage_id), None)
    return ((stage.en if lang == "en" else "") or stage.zh) if stage else ""


def _rule_name(rule_id: str, spec: BundleSpec, lang: str) -> str:
    rules = [rule for group in spec.points.groups for rule in group.rules] if spec.points else []
    rule = next((one for one in rules if one.id == rule_id), None)
    return ((rule.en if lang == "en" else "") or rule.zh) if rule else ""


def _party_name(party_id: str, spec: BundleSpec, lang: str) -> str:
    party = next((p for p in spec.parties if p.id == party_id), None)
    return ((party.en if lang == "en" else "") or party.zh) if party else _("对方")


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _due_words(text: Any) -> str:
    day = _day(text)
    return _("，%(day)s前办好") % {"day": day_words(day)} if day else ""


def _days_words(days: Any) -> str:
    return ngettext("，约需 %(days)s 天", "，约需 %(days)s 天", days) % {"days": days} if isinstance(days, int) else ""
