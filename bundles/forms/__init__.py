"""The form engine: what is asked of whom, what is wrong with it, what each department receives. Plain Python.

Start from a `Context`, `select` what is on, and hand both to everything else. Answers are plain JSON and never
changed in place.
"""

from bundles.forms.answers import (
    Place,
    add_row,
    changed_sections,
    is_locked,
    place_of,
    remove_row,
    rows_of,
    source_of,
    stored,
)
from bundles.forms.checks import FieldError, asks_me, check_all, check_section, is_mine
from bundles.forms.cleaning import Cleaned, clean_field, clean_fields, clean_section
from bundles.forms.conditions import Refusal, check_constraints, check_eligibility
from bundles.forms.context import NO_FACTS, NO_RESULTS, RECORDS, Context, Facts, Lookup, Results, Row
from bundles.forms.differences import Difference, differences
from bundles.forms.identity import PartyIdentity, identity_of
from bundles.forms.instances import KIND_KEYS, Instance, instances_of, row_label, rows_from_records
from bundles.forms.left import LeftOpen, filled_in, left_open
from bundles.forms.lookups import lookup_for
from bundles.forms.materials import Slot, exemption_paths, material_slots, materials_of
from bundles.forms.merge import Conflict, Owners, conflicts, fields_saved, owners
from bundles.forms.options import Closed, closed_choices, closed_options
from bundles.forms.prefill import PrefillResult, prefill
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, Stop, scope, select
from bundles.forms.split import split
from bundles.forms.suggested import Suggestion, open_questions, suggested
from bundles.forms.summary import SectionState, SummaryRow, SummarySection, missing, summary
from bundles.forms.views import BlockView, FieldView, RowView, SectionView, Source, display, section_view
from bundles.forms.wanted import lookups_for_suggestions, lookups_wanted
from bundles.forms.words import options_of

__all__ = [
    "KIND_KEYS",
    "NO_FACTS",
    "NO_RESULTS",
    "RECORDS",
    "BlockView",
    "Cleaned",
    "Closed",
    "Conflict",
    "Context",
    "Difference",
    "Facts",
    "FieldError",
    "FieldView",
    "FormScope",
    "Instance",
    "LeftOpen",
    "Lookup",
    "Owners",
    "PartyIdentity",
    "Place",
    "PrefillResult",
    "Refusal",
    "Results",
    "Row",
    "RowView",
    "SectionState",
    "SectionView",
    "Selection",
    "Slot",
    "Source",
    "Stop",
    "Suggestion",
    "SummaryRow",
    "SummarySection",
    "add_row",
    "asks_me",
    "changed_sections",
    "check_all",
    "check_constraints",
    "check_eligibility",
    "check_section",
    "clean_field",
    "clean_fields",
    "clean_section",
    "closed_choices",
    "closed_options",
    "conflicts",
    "differences",
    "display",
    "exemption_paths",
    "fields_saved",
    "filled_in",
    "identity_of",
    "instances_of",
    "is_locked",
    "is_mine",
    "left_open",
    "lookup_for",
    "lookups_for_suggestions",
    "lookups_wanted",
    "material_slots",
    "materials_of",
    "missing",
    "open_questions",
    "options_of",
    "owners",
    "place_of",
    "prefill",
    "remove_row",
    "row_label",
    "rows_from_records",
    "rows_of",
    "scope",
    "section_view",
    "select",
    "source_of",
    "split",
    "stored",
    "suggested",
    "summary",
]
