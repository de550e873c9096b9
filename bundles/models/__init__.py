"""Tables of the catalogue. Private to bundles: others read them through `bundles.queries`."""

from bundles.models.bundle import Bundle, BundleVersion, VersionState
from bundles.models.calendar import CalendarDay, CalendarYear, DayKind
from bundles.models.codelist import CodeList, Validator
from bundles.models.deadline_rule import DeadlineRule
from bundles.models.department import Department
from bundles.models.everyday_word import EverydayWord
from bundles.models.interface import Interface
from bundles.models.licence_kind import LicenceKind
from bundles.models.matter import Matter
from bundles.models.shipped_file import ShippedFile
from bundles.models.stamp import Stamp
from bundles.models.synonym import Synonym

__all__ = [
    "Bundle",
    "BundleVersion",
    "CalendarDay",
    "CalendarYear",
    "CodeList",
    "DayKind",
    "DeadlineRule",
    "Department",
    "EverydayWord",
    "Interface",
    "LicenceKind",
    "Matter",
    "ShippedFile",
    "Stamp",
    "Synonym",
    "Validator",
    "VersionState",
]
