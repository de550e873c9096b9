"""A whole bundle (一件事) and its look-ups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from bundles.errors import MalformedDocument
from bundles.spec.allocation import Allocation
from bundles.spec.batch import Batch, Confirmation
from bundles.spec.faq import Asked
from bundles.spec.form import Field, Form, Group, Question, Section
from bundles.spec.items import Item
from bundles.spec.one_notice import OneNotice
from bundles.spec.parts import (
    Agent,
    Applicant,
    Clock,
    Eligibility,
    Material,
    Party,
    Reasons,
    Result,
    Stage,
    Text,
    Variable,
)
from bundles.spec.points import PointsTable
from bundles.spec.proactive import Match, Proactive
from bundles.spec.reading import Node
from bundles.spec.recurring import Recurring
from bundles.spec.replies import Reply
from bundles.spec.runtime import Merge, Replan, Retry
from bundles.spec.schedule import Dedupe, Schedule, ScheduleStep
from bundles.spec.visits import Appointment, JointVisit

SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class BundleSpec(Node):
    """A bundle definition. Rare keys of single modes stay in `extra` until a mode reads them."""

    schema: int
    code: str
    zh: str
    en: str
    class_: str
    stage: str
    lead: str
    mode: str
    channels: tuple[str, ...]
    reach: str
    summary: Text
    parties: tuple[Party, ...]
    clock: Clock
    guidance: tuple[Question, ...]
    items: tuple[Item, ...]
    form: Form
    materials: tuple[Material, ...]
    results: tuple[Result, ...]
    reasons: Reasons
    applicants: tuple[Applicant, ...] = ()
    agent: Agent | None = None
    basis: tuple[Any, ...] = ()
    eligibility: tuple[Eligibility, ...] = ()
    before_after: tuple[Any, ...] = ()
    notes: tuple[Any, ...] = ()
    sources: tuple[Any, ...] = ()
    national_list: Any = None
    languages: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    constraints: tuple[Any, ...] = ()
    formulas: tuple[Any, ...] = ()
    merge: Merge | None = None
    replan: Replan | None = None

    parts: ClassVar[Mapping[str, Any]] = {
        "summary": Text,
        "applicants": [Applicant],
        "agent": Agent,
        "parties": [Party],
        "clock": Clock,
        "eligibility": [Eligibility],
        "guidance": [Question],
        "items": [Item],
        "form": Form,
        "materials": [Material],
        "results": [Result],
        "reasons": Reasons,
        "stages": [Stage],
        "merge": Merge,
        "replan": Replan,
    }

    def item(self, item_id: str) -> Item:
        """Raises KeyError for an id that is not of this bundle, as all look-ups here do."""
        return self._items[item_id]

    def section(self, section_id: str) -> Section:
        return self._sections[section_id]

    def field(self, field_id: str) -> Field:
        return self._fields[field_id][1]

    def section_of(self, field_id: str) -> Section:
        return self._fields[field_id][0]

    def group_of(self, field_id: str) -> Group | None:
        """The repeating block a field stands in, None for a field that is asked once."""
        return self._grouped.get(field_id)

    def material(self, material_id: str) -> Material:
        return self._materials[material_id]

    def party(self, party_id: str) -> Party:
        return self._parties[party_id]

    def question(self, question_id: str) -> Question:
        return self._questions[question_id]

    def has_field(self, field_id: str) -> bool:
        return field_id in self._fields

    def results_of(self, item_id: str) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.item == item_id)

    def walk_fields(self) -> Iterator[tuple[Section, Field | None, Field]]:
        """Every field with its section and, inside a group field, the group."""
        for section in self.form.sections:
            for field in section.fields:
                yield section, None, field
                for inner in field.fields:
                    yield section, field, inner

    def items_of_field(self, field_id: str) -> frozenset[str]:
        """The items that need a field, and so who may see it."""
        return self._items_of_fields[field_id]

    def items_of_material(self, material: Material) -> frozenset[str]:
        return self._every_item if material.items == "all" else frozenset(material.items)

    @cached_property
    def variables(self) -> Mapping[str, Variable]:
        raw = self.extra.get("variables") or {}
        return {name: Variable.read(entry, f"variables.{name}") for name, entry in raw.items()}

    @cached_property
    def joint_visit(self) -> JointVisit | None:
        """Which items are inspected on the same occasion."""
        raw = self.extra.get("joint_visit")
        return JointVisit.read(raw, "joint_visit") if raw else None

    def appointment(self, item_id: str) -> Appointment | None:
        """When one may come for an item, None where nobody has to."""
        raw = self.item(item_id).appointment
        return Appointment.read(raw, f"items[{item_id}].appointment") if raw else None

    @cached_property
    def retry(self) -> Retry | None:
        """How often registers that do not answer are asked again before a person is asked (`instant.retry`)."""
        raw = (self.extra.get("instant") or {}).get("retry")
        return Retry.read(raw, "instant.retry") if raw else None

    @cached_property
    def reply(self) -> Reply | None:
        """How departments answer, None where nothing special is said."""
        raw = self.extra.get("reply")
        return Reply.read(raw, "reply") if raw else None

    @cached_property
    def one_notice(self) -> OneNotice:
        """Terms of supplement notices; what the bundle promises within hours collects nothing."""
        at_once = self.clock.committed is not None and self.clock.committed.unit in ("second", "minute", "hour")
        raw = {"collect": 0} if at_once else {}
        return OneNotice.read(raw | dict(self.extra.get("one_notice") or {}), "one_notice")

    @cached_property
    def faq(self) -> tuple[Asked, ...]:
        """What people often ask about it, in the order of the guide."""
        return tuple(Asked.read(entry, f"faq[{n}]") for n, entry in enumerate(self.extra.get("faq") or ()))

    @cached_property
    def schedule(self) -> Schedule | None:
        """The steps of the year, None where it may be applied for at any time."""
        raw = self.extra.get("schedule")
        return Schedule(tuple(ScheduleStep.read(entry, "schedule") for entry in raw)) if raw else None

    @cached_property
    def once_only(self) -> tuple[Dedupe, ...]:
        """What may be filed only once at a time (`dedupe`, `unique`)."""
        return tuple(Dedupe.read(self.extra[key], key) for key in ("dedupe", "unique") if self.extra.get(key))

    @cached_property
    def points(self) -> PointsTable | None:
        raw = self.extra.get("points")
        return PointsTable.read(raw, "points") if raw else None

    @cached_property
    def allocation(self) -> Allocation | None:
        raw = self.extra.get("allocation")
        return Allocation.read(raw, "allocation") if raw else None

    @cached_property
    def recurring(self) -> Recurring | None:
        """What repeats after an approval, None where every result comes once."""
        raw = self.extra.get("recurring")
        return Recurring.read(raw, "recurring") if raw else None

    @cached_property
    def batch(self) -> Batch | None:
        """The roster of a batch bundle, None where people apply one by one."""
        raw = self.extra.get("batch")
        return Batch.read(raw, "batch") if raw else None

    @cached_property
    def confirmation(self) -> Confirmation | None:
        """How each person of a roster confirms."""
        raw = self.extra.get("confirmation")
        return Confirmation.read(raw, "confirmation") if raw else None

    @cached_property
    def proactive(self) -> Proactive | None:
        """The search for entitled people (免申即享)."""
        raw = self.extra.get("proactive")
        return Proactive.read(raw, "proactive") if raw else None

    @cached_property
    def match(self) -> Match | None:
        """Which items somebody is entitled to, worked out from data."""
        raw = self.extra.get("match")
        return Match.read(raw, "match") if raw else None

    @property
    def joint_until(self) -> str:
        """The irreversible item before which a co-applicant may take a joint filing back, "" where none is named."""
        return str((self.extra.get("joint_withdrawal") or {}).get("until") or "")

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """Repeating blocks by the key of their rows: repeat sections and group fields."""
        found: dict[str, Group] = {}
        for section in self.form.sections:
            if section.repeat:
                rows = tuple(f for f in section.fields if not f.is_group)
                found[section.id] = Group(
                    section.id, section.zh, section.en, section.id, rows, section.repeat.min, section.repeat.max
                )
            for field in section.fields:
                if field.is_group:
                    low = field.repeat.min if field.repeat else (1 if field.required else 0)
                    high = field.repeat.max if field.repeat else (field.import_ or {}).get("max_rows")
                    found[field.id] = Group(field.id, field.zh, field.en, section.id, field.fields, low, high, field)
        return found

    @cached_property
    def _grouped(self) -> dict[str, Group]:
        return {field.id: group for group in self.groups.values() for field in group.fields}

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {i.id: i for i in self.items}

    @cached_property
    def _sections(self) -> dict[str, Section]:
        return {s.id: s for s in self.form.sections}

    @cached_property
    def _placed(self) -> dict[str, tuple[Section, Field | None, Field]]:
        return {field.id: (section, group, field) for section, group, field in self.walk_fields()}

    @cached_property
    def _fields(self) -> dict[str, tuple[Section, Field]]:
        return {field_id: (placed[0], placed[2]) for field_id, placed in self._placed.items()}

    @cached_property
    def _every_item(self) -> frozenset[str]:
        return frozenset(i.id for i in self.items)

    @cached_property
    def _items_of_fields(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for _, group, field in self.walk_fields():
            named = field.items if field.items is not None else (group.items if group else ())
            found[field.id] = self._every_item if named == "all" else frozenset(named or ())
        return found

    @cached_property
    def addable(self) -> frozenset[str]:
        """What some answer may add; off until one does."""
        return frozenset(thing for question in self.guidance for option in question.options for thing in option.adds)

    @cached_property
    def cannot_do_without(self) -> Mapping[str, frozenset[str]]:
        """For each item those that are put off with it: nothing stands in for what it gives them."""
        found: dict[str, set[str]] = {}
        for item in self.items:
            for need in item.depends_on:
                if need.need == "approved" and need.if_rejected == "cancel" and need.alternative is None:
                    found.setdefault(need.item, set()).add(item.id)
        return {upstream: frozenset(items) for upstream, items in found.items()}

    @cached_property
    def _materials(self) -> dict[str, Material]:
        return {m.id: m for m in self.materials}

    @cached_property
    def _parties(self) -> dict[str, Party]:
        return {p.id: p for p in self.parties}

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {q.id: q for q in self.guidance}


def load(document: object) -> BundleSpec:
    """Read a bundle document. Raises MalformedDocument with the path of the first thing that has the wrong shape."""
    spec = BundleSpec.read(document, "bundle")
    if spec.schema != SCHEMA_VERSION:
        raise MalformedDocument("bundle.schema", f"只支持 schema {SCHEMA_VERSION}，文件写的是 {spec.schema}")
    return spec


def dump(spec: BundleSpec) -> dict[str, Any]:
    """The document a spec was read from, equal to it key by key."""
    return spec.write()
