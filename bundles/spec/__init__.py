"""The bundle file format (schema 1) as frozen dataclasses. Format and meaning: docs/bundle-format.md.

`load` reads a document, `dump` gives back an equal one: nothing is dropped, unknown keys ride along in `extra`.
"""

from bundles.spec.allocation import Allocation, AllocationGroup
from bundles.spec.bundle import BundleSpec, dump, load
from bundles.spec.form import Field, Form, Group, Option, Question, Section
from bundles.spec.items import (
    Alternative,
    Decision,
    Dependency,
    Duration,
    Fee,
    Instances,
    Item,
    Rule,
    Special,
    Trigger,
)
from bundles.spec.parts import (
    Agent,
    Applicant,
    Clock,
    Eligibility,
    Material,
    Party,
    Reason,
    Reasons,
    Result,
    Stage,
    Text,
    Variable,
)
from bundles.spec.points import PointsGroup, PointsRule, PointsTable, TieBreak
from bundles.spec.recurring import Ending, Entitlement, Recurring
from bundles.spec.replies import Remind, Reply
from bundles.spec.runtime import Change, Freeze, Merge, Replan, Retry
from bundles.spec.schedule import Dedupe, Overlap, Schedule, ScheduleStep, Span
from bundles.spec.visits import Appointment, JointVisit

__all__ = [
    "Agent",
    "Allocation",
    "AllocationGroup",
    "Alternative",
    "Applicant",
    "Appointment",
    "BundleSpec",
    "Change",
    "Clock",
    "Decision",
    "Dedupe",
    "Dependency",
    "Duration",
    "Eligibility",
    "Ending",
    "Entitlement",
    "Fee",
    "Field",
    "Form",
    "Freeze",
    "Group",
    "Instances",
    "Item",
    "JointVisit",
    "Material",
    "Merge",
    "Option",
    "Overlap",
    "Party",
    "PointsGroup",
    "PointsRule",
    "PointsTable",
    "Question",
    "Reason",
    "Reasons",
    "Recurring",
    "Remind",
    "Replan",
    "Reply",
    "Result",
    "Retry",
    "Rule",
    "Schedule",
    "ScheduleStep",
    "Section",
    "Span",
    "Special",
    "Stage",
    "Text",
    "TieBreak",
    "Trigger",
    "Variable",
    "dump",
    "load",
]
