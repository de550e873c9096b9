"""Tables of the case engine. Private to `cases`: others use actions, queries and access."""

from cases.models.allocation import AllocationPlace, AllocationRun, AllocationSeat, AllocationStep
from cases.models.arrival import Arrival
from cases.models.attention import Attention, AttentionAct, Correction
from cases.models.calendar_round import CalendarRound
from cases.models.candidate import Candidate, Search
from cases.models.case import Case, NumberSeries
from cases.models.charge import Charge, OrderLine, PaymentEvent, PaymentOrder, Refund
from cases.models.circuit import Circuit, Line, Maintenance, Outage
from cases.models.commitment import Commitment, CommitmentCheck
from cases.models.consultation import Consultation, Reassignment
from cases.models.delivery import Delivery
from cases.models.desk import DeskPost, DeskRound, DeskTally, EscalationRule, EscalationStep, StaffMail
from cases.models.dispute import DataDispute
from cases.models.document import Document
from cases.models.errand import LicenceErrand
from cases.models.event import AccessRecord, Event
from cases.models.heartbeat import Heartbeat
from cases.models.home_tally import HomeTally
from cases.models.inbox import InboxMessage
from cases.models.inquiry import Inquiry, SavedAnswer
from cases.models.intake import OnceOnly
from cases.models.letter import TaskFile, TaskLetter
from cases.models.licence import Licence, LicenceCopy, LicenceGrant, OriginalCheck
from cases.models.lookup import DataCall, LatePrefill, Lookup
from cases.models.material import Material, PileFile
from cases.models.message_choice import MessageChoice
from cases.models.notification import Notification
from cases.models.owed import OwedPaper
from cases.models.party import Consent, Party
from cases.models.pause import Extension, HeldAnswer, Pause
from cases.models.plan_version import PlanVersion, Visit, Watch
from cases.models.points import Objection, PointsScore, PointsSheet
from cases.models.rating import Rating, RatingInvite, RatingRepair
from cases.models.recurring import RecurringEntitlement, RecurringPayment
from cases.models.result import Result
from cases.models.roster import Roster, RosterRow
from cases.models.round_fault import RoundFault
from cases.models.stuck import PhoneCode, StuckAct, StuckCase
from cases.models.sub_application import Need, SubApplication
from cases.models.supplement import Supplement, SupplementPoint

__all__ = [
    "AccessRecord",
    "AllocationPlace",
    "AllocationRun",
    "AllocationSeat",
    "AllocationStep",
    "Arrival",
    "Attention",
    "AttentionAct",
    "CalendarRound",
    "Candidate",
    "Case",
    "Charge",
    "Circuit",
    "Commitment",
    "CommitmentCheck",
    "Consent",
    "Consultation",
    "Correction",
    "DataCall",
    "DataDispute",
    "Delivery",
    "DeskPost",
    "DeskRound",
    "DeskTally",
    "Document",
    "EscalationRule",
    "EscalationStep",
    "Event",
    "Extension",
    "Heartbeat",
    "HeldAnswer",
    "HomeTally",
    "InboxMessage",
    "Inquiry",
    "LatePrefill",
    "Licence",
    "LicenceCopy",
    "LicenceErrand",
    "LicenceGrant",
    "Line",
    "Lookup",
    "Maintenance",
    "Material",
    "MessageChoice",
    "Need",
    "Notification",
    "NumberSeries",
    "Objection",
    "OnceOnly",
    "OrderLine",
    "OriginalCheck",
    "Outage",
    "OwedPaper",
    "Party",
    "Pause",
    "PaymentEvent",
    "PaymentOrder",
    "PhoneCode",
    "PileFile",
    "PlanVersion",
    "PointsScore",
    "PointsSheet",
    "Rating",
    "RatingInvite",
    "RatingRepair",
    "Reassignment",
    "RecurringEntitlement",
    "RecurringPayment",
    "Refund",
    "Result",
    "Roster",
    "RosterRow",
    "RoundFault",
    "SavedAnswer",
    "Search",
    "StaffMail",
    "StuckAct",
    "StuckCase",
    "SubApplication",
    "Supplement",
    "SupplementPoint",
    "TaskFile",
    "TaskLetter",
    "Visit",
    "Watch",
]
