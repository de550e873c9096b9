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
from bundles.loading.registries import load_registries

__all__ = [
    "Imported",
    "LoadedBundle",
    "WrongCalendar",
    "import_calendar",
    "load_calendar",
    "load_definition",
    "load_definitions",
    "load_everyday_words",
    "load_registries",
    "load_synonyms",
]
