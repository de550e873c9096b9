"""The history of a case in human sentences, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from cases.models import Case, Event
from cases.queries.due_words import moved_facts
from cases.queries.wording import HELD, HELD_OTHERWISE, day_words, department_short, sentence, short_name

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


def timeline_of(case: Case, spec: BundleSpec, registry: Registry, lang: str = "zh") -> tuple[TimelineEntry, ...]:
    events = Event.objects.filter(case=case).select_related("sub").order_by("-seq")[:TIMELINE_LENGTH]
    told = (_entry(event, case, spec, registry, lang) for event in events)
    return tuple(entry for entry in told if entry is not None)


def _entry(event: Event, case: Case, spec: BundleSpec, registry: Registry, lang: str) -> TimelineEntry | None:
    if event.kind in _DRAFT_NOISE and (case.submitted_at is None or event.at <= case.submitted_at):
        return None
    code = event.sub.department if event.sub else ""
    department = registry.departments.get(code)
    short = short_name(department) if department else ""
    text = sentence(event.kind, _facts(event, spec, short, lang))
    if not text:
        return None
    if event.facts.get("agent"):
        text = _("%(text)s（代办人办的）") % {"text": text}
    actor = {"applicant": "you", "staff": "department"}.get(event.actor_kind, event.actor_kind)
    return TimelineEntry(event.at, text, event.kind, actor, code, short, event.sub.item_id if event.sub else "")


def _facts(event: Event, spec: BundleSpec, dept_short: str, lang: str) -> Mapping[str, Any]:
    """The facts of an event in words instead of ids."""
    facts = event.facts
    return {
        **{name: value for name, value in facts.items() if isinstance(value, str | int)},
        "item": _item_name(event, spec, lang),
        "dept": dept_short or _("部门"),
        "other": department_short(facts.get("department")),
        "held": str(HELD.get(str(facts.get("reason", "")), HELD_OTHERWISE)),
        "slot": _slot_name(str(facts.get("slot", "")), spec, lang),
        "party": _party_name(str(facts.get("party", "")), spec, lang),
        "items": len(facts["items"]) if isinstance(facts.get("items"), list) else facts.get("items", ""),
        "points": len(facts.get("about") or ()) or 1,
        "stage": _stage_name(str(facts.get("stage", "")), spec, lang),
        "rule": _rule_name(str(facts.get("rule", "")), spec, lang),
        **moved_facts(facts),
        "due": _due_words(facts.get("due_on")),
        "due_on": day_words(_day(facts.get("due_on"))),
        "days": _days_words(facts.get("expected_days")),
    }


def _item_name(event: Event, spec: BundleSpec, lang: str) -> str:
    if event.sub is None:
        return ""
    item = spec.item(event.sub.item_id)
    name = item.en if lang == "en" and item.en else item.zh
    return f"{name}（{event.sub.instance_label}）" if event.sub.instance_label else name


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
