"""Bringing the shipped library into the database, as often as wanted: only what a delivery changes is written."""

from bundles.loading.announced import Imported, WrongCalendar, import_calendar
from bundles.loading.calendar import load_calendar
from bundles.loading.definitions import (
    LoadedBundle,
    load_definition,
    load_definitions,
    load_everyday_words,
    load_synonyms,
)
from bundles.loading.matters import load_matters
from bundles.loading.registries import load_registries
from bundles.loading.synthetic import SEED, synthesize
from bundles.loading.synthetic import clear as clear_synthetic

__all__ = [
    "SEED",
    "Imported",
    "LoadedBundle",
    "WrongCalendar",
    "clear_synthetic",
    "import_calendar",
    "load_calendar",
    "load_definition",
    "load_definitions",
    "load_everyday_words",
    "load_matters",
    "load_registries",
    "load_synonyms",
    "synthesize",
]
