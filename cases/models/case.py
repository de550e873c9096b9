"""A case (办件): one filing of one bundle version by one applicant."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from cases.docket import Docketed
from cases.protection import SealedField
from cases.states import CASE_FINAL, CASE_OPEN, CaseState, Outcome

DRAFT, AWAITING_PARTIES, SUBMITTED = CaseState.DRAFT, CaseState.AWAITING_PARTIES, CaseState.SUBMITTED
IN_PROGRESS, AWAITING_APPLICANT = CaseState.IN_PROGRESS, CaseState.AWAITING_APPLICANT
CONCLUDED, WITHDRAWN, LAPSED = CaseState.CONCLUDED, CaseState.WITHDRAWN, CaseState.LAPSED


class Case(ConcurrentTransitionMixin, Docketed):
    """The case and its answers. `next_at` says when the sweep looks again: no open case is without one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("办件编号"), max_length=48, null=True)
    bundle_version = models.ForeignKey("bundles.BundleVersion", on_delete=models.PROTECT, related_name="+")
    bundle_code = models.CharField(max_length=32)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    applicant_kind = models.CharField(max_length=8)
    applicant_name = SealedField()
    applicant_id_no = SealedField()
    applicant_index = models.CharField(max_length=64)
    assisted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The batch that a person's own case came from (名册母办件).
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children", db_index=False)
    channel = models.CharField(max_length=16, default="online")
    # The self-service terminal it was begun at, by its code (自助终端).
    terminal = models.CharField(max_length=32, blank=True, default="")
    region = models.CharField(max_length=12)
    state = FSMField(default=CaseState.DRAFT, choices=CaseState, protected=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="")
    title = SealedField(null=True)
    answers = SealedField(json=True, default=dict)
    # One press, one case: the browser's or caller's own key for the act of submitting.
    client_key = models.CharField(max_length=64, null=True)
    client_digest = models.CharField(max_length=64, blank=True, default="")
    version = models.PositiveIntegerField(default=0)
    last_seq = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    due_told_on = models.DateField(null=True)  # the day the applicant was told last; history compares with it
    closed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("办件")
        verbose_name_plural = _("办件")
        indexes = [
            models.Index(fields=["applicant", "-saved_at"], name="case_of_applicant"),
            models.Index(fields=["next_at"], name="case_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["bundle_code", "state"], name="case_by_bundle"),
            models.Index(fields=["applicant_index"], name="case_of_person"),
            models.Index(
                fields=["assisted_by"], name="case_helped_with", condition=models.Q(assisted_by__isnull=False)
            ),
            models.Index(fields=["parent"], name="case_within", condition=models.Q(parent__isnull=False)),
            # By block, not by row: costs an act of the engine nothing (PostgreSQL 16 keeps such updates in place).
            BrinIndex(fields=["closed_at"], name="case_closed_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="one_case_per_number"),
            models.UniqueConstraint(fields=["applicant", "client_key"], name="one_case_per_press"),
            models.CheckConstraint(
                condition=models.Q(state__in=sorted(state.value for state in CASE_FINAL))
                | models.Q(next_at__isnull=False),
                name="open_case_is_looked_at_again",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "awaiting_parties", "withdrawn", "lapsed"])
                | models.Q(number__isnull=False, submitted_at__isnull=False),
                name="filed_case_has_a_number",
            ),
            models.CheckConstraint(
                condition=models.Q(state="concluded") & ~models.Q(outcome="")
                | ~models.Q(state="concluded") & models.Q(outcome=""),
                name="concluded_case_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(terminal="") | models.Q(channel="kiosk"), name="only_a_kiosk_has_a_terminal"
            ),
        ]

    @property
    def state_fields(self) -> tuple[FSMField, ...]:
        """Asked at every save; django_fsm looks through all fields of the model for them."""
        return self.fields_of_state()

    def __str__(self) -> str:
        return self.number or str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.state in CASE_OPEN

    @transition(field=state, source=DRAFT, target=AWAITING_PARTIES)
    def ask_parties(self) -> None:
        """Others must authorise before the case can be filed."""

    @transition(field=state, source=AWAITING_PARTIES, target=DRAFT)
    def take_back(self) -> None:
        """The applicant changes something; those who signed are asked again."""

    @transition(field=state, source=[DRAFT, AWAITING_PARTIES], target=SUBMITTED)
    def file(self, *, number: str, at: datetime) -> None:
        """Received (收件): the number is given, the sub-applications stand."""
        self.number, self.submitted_at = number, at

    @transition(field=state, source=SUBMITTED, target=IN_PROGRESS)
    def start(self) -> None:
        """A department has it."""

    @transition(field=state, source=[SUBMITTED, IN_PROGRESS], target=AWAITING_APPLICANT)
    def ask_applicant(self) -> None:
        """Nothing goes on without the applicant: supplement, payment or a choice."""

    @transition(field=state, source=AWAITING_APPLICANT, target=IN_PROGRESS)
    def resume(self) -> None:
        """The applicant has done what was asked."""

    @transition(field=state, source=[SUBMITTED, IN_PROGRESS, AWAITING_APPLICANT], target=CONCLUDED)
    def conclude(self, *, outcome: Outcome, at: datetime) -> None:
        """Every sub-application is final."""
        self.outcome, self.closed_at, self.next_at = outcome, at, None

    @transition(field=state, source=CONCLUDED, target=IN_PROGRESS)
    def take_up_again(self, *, next_at: datetime) -> None:
        """Staged bundles: items put off are filed now; what was concluded stays concluded."""
        self.outcome, self.closed_at, self.next_at = "", None, next_at

    @transition(
        field=state, source=[DRAFT, AWAITING_PARTIES, SUBMITTED, IN_PROGRESS, AWAITING_APPLICANT], target=WITHDRAWN
    )
    def withdraw(self, *, at: datetime) -> None:
        """The applicant takes all of it back."""
        self.closed_at, self.next_at = at, None

    @transition(field=state, source=[AWAITING_PARTIES, AWAITING_APPLICANT], target=LAPSED)
    def lapse(self, *, at: datetime) -> None:
        """What was asked for did not come in time."""
        self.closed_at, self.next_at = at, None


class NumberSeries(models.Model):
    """The last serial number given on a day for a bundle in a region."""

    region = models.CharField(max_length=12)
    bundle_code = models.CharField(max_length=32)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "bundle_code", "day"], name="one_series_a_day")]
