"""The bundle file format (schema 1) as frozen dataclasses. Format and meaning: docs/bundle-format.md.

`load` reads a document, `dump` gives back an equal one: nothing is dropped, unknown keys ride along in `extra`.
"""

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

__all__ = [
    "Agent",
    "Alternative",
    "Applicant",
    "BundleSpec",
    "Clock",
    "Decision",
    "Dependency",
    "Duration",
    "Eligibility",
    "Fee",
    "Field",
    "Form",
    "Group",
    "Instances",
    "Item",
    "Material",
    "Option",
    "Party",
    "Question",
    "Reason",
    "Reasons",
    "Result",
    "Rule",
    "Section",
    "Special",
    "Stage",
    "Text",
    "Variable",
    "dump",
    "load",
]
