"""The case as pages read it: frozen values, never models. Nothing here changes anything."""

from cases.queries.attention_page import AttentionPage, attention_page
from cases.queries.attentions import AttentionList, Chosen, OpenAttention, attention_list, replayable
from cases.queries.authorisations import (
    Authorisation,
    GivenConsent,
    authorisation,
    consents_given,
    parties_seen_by,
)
from cases.queries.case_page import CasePage, CaseStanding, NextStep, Notice, case_page, case_standing
from cases.queries.context import CaseFacts, CaseResults, context_of
from cases.queries.declared import declared_fields, readable
from cases.queries.department import TaskPage, task
from cases.queries.health import Health, health_now
from cases.queries.my_cases import CaseRow, my_cases
from cases.queries.nodes import ItemNode
from cases.queries.overview import SubLine, sub_lines
from cases.queries.people import Person, StaffPerson, pending_parties
from cases.queries.picture import Edge, Picture, PlannedNode, duration_words, picture_of
from cases.queries.proceedings import (
    Opinion,
    Proceedings,
    consultations_for,
    open_questions,
    opinions_asked_of,
    proceedings_of,
)
from cases.queries.results import Refusal, ResultsPage, ResultView, Verified, results_of, results_page, verify_mark
from cases.queries.silence import SilentRow, silent_rows
from cases.queries.slots import FileView, SlotView, missing_materials, slots_of
from cases.queries.task_clock import TaskClock
from cases.queries.task_list import PartyView, TaskList, TaskSection, parties_of, task_list
from cases.queries.timeline import TimelineEntry, timeline_of
from cases.queries.totals import Totals, count_totals, home_totals
from cases.queries.wording import day_words, sentence
from cases.queries.worklist import (
    TaskRow,
    Worklist,
    due_colour,
    found_tasks,
    masked_applicant,
    masked_name,
    worklist,
)

__all__ = [
    "AttentionList",
    "AttentionPage",
    "Authorisation",
    "CaseFacts",
    "CasePage",
    "CaseResults",
    "CaseRow",
    "CaseStanding",
    "Chosen",
    "Edge",
    "FileView",
    "GivenConsent",
    "Health",
    "ItemNode",
    "NextStep",
    "Notice",
    "OpenAttention",
    "Opinion",
    "PartyView",
    "Person",
    "Picture",
    "PlannedNode",
    "Proceedings",
    "Refusal",
    "ResultView",
    "ResultsPage",
    "SilentRow",
    "SlotView",
    "StaffPerson",
    "SubLine",
    "TaskClock",
    "TaskList",
    "TaskPage",
    "TaskRow",
    "TaskSection",
    "TimelineEntry",
    "Totals",
    "Verified",
    "Worklist",
    "attention_list",
    "attention_page",
    "authorisation",
    "case_page",
    "case_standing",
    "consents_given",
    "consultations_for",
    "context_of",
    "count_totals",
    "day_words",
    "declared_fields",
    "due_colour",
    "duration_words",
    "found_tasks",
    "health_now",
    "home_totals",
    "masked_applicant",
    "masked_name",
    "missing_materials",
    "my_cases",
    "open_questions",
    "opinions_asked_of",
    "parties_of",
    "parties_seen_by",
    "pending_parties",
    "picture_of",
    "proceedings_of",
    "readable",
    "replayable",
    "results_of",
    "results_page",
    "sentence",
    "silent_rows",
    "slots_of",
    "sub_lines",
    "task",
    "task_list",
    "timeline_of",
    "verify_mark",
    "worklist",
]
