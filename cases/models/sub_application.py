"""A sub-application (子办件): one item, or one instance of it, with one department."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from cases.docket import Docketed
from cases.protection import SealedField
from cases.states import SUB_FINAL, SubState

WITH_DEPARTMENT = [SubState.DISPATCHED, SubState.RECEIVED, SubState.ACCEPTED, SubState.SPECIAL_PROCEDURE]
UNDECIDED = [SubState.READY, *WITH_DEPARTMENT, SubState.SUPPLEMENT_REQUESTED]


class Choice(models.TextChoices):
    """What the applicant wants after a refusal upstream."""

    ASKED = "asked", _("等您选择")
    GO_ON = "go_on", _("继续办")
    STOP = "stop", _("不办了")


class SubApplication(ConcurrentTransitionMixin, Docketed):
    """One item of a case on its way through one department."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="sub_applications", db_index=False)
    seq = models.PositiveSmallIntegerField()
    number = models.CharField(_("子办件编号"), max_length=56)
    item_id = models.CharField(max_length=64)
    instance_key = models.CharField(max_length=96, blank=True, default="")
    row_group = models.CharField(max_length=64, blank=True, default="")
    row_index = models.PositiveSmallIntegerField(null=True)
    instance_label = SealedField(null=True)
    department = models.CharField(max_length=16)
    connect = models.CharField(max_length=16)
    state = FSMField(default=SubState.WAITING, choices=SubState, protected=True)
    receipt_no = models.CharField(max_length=64, blank=True, default="")
    round = models.PositiveSmallIntegerField(default=0)
    last_event_seq = models.IntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    due_told_on = models.DateField(null=True)
    statutory_due_on = models.DateField(null=True)
    reasons = SealedField(json=True, default=list)
    trace = SealedField(json=True, default=list)
    # The applicant's answer where an upstream refusal leaves the choice to him (`if_rejected: ask`).
    choice = models.CharField(max_length=16, blank=True, default="", choices=Choice)
    procedure = models.CharField(max_length=64, blank=True, default="")
    # Why it is not released although nothing upstream is missing: the code of the closed gate.
    held_by = models.CharField(max_length=32, blank=True, default="")
    # Rises with every change of the plan of a live case (排程改计划); only that lets a decided item be decided anew.
    plan_version = models.PositiveSmallIntegerField(default=1)
    # The rules could not decide and a person has to: the longer limit of the fallback counts (`fallback.committed`).
    by_person = models.BooleanField(default=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField(default=0)
    # How often its judging was begun since it last came to an end: what kills its judge each time is set apart.
    judged_no = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("子办件")
        verbose_name_plural = _("子办件")
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["department", "state", "due_on"], name="sub_worklist"),
            models.Index(
                fields=["department", "due_on", "id"],
                name="sub_desk",
                condition=models.Q(
                    connect="manual",
                    state__in=["accepted", "dispatched", "received", "special_procedure", "supplement_requested"],
                ),
            ),
            models.Index(
                fields=["department", "closed_at"],
                name="sub_desk_done",
                condition=models.Q(connect="manual", closed_at__isnull=False),
            ),
            models.Index(fields=["next_at"], name="sub_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["next_at"], name="sub_ready", condition=models.Q(state="ready")),
            models.Index(fields=["assigned_to"], name="sub_in_hand", condition=models.Q(assigned_to__isnull=False)),
            models.Index(
                fields=["dispatched_at"], name="sub_silent", condition=models.Q(state__in=["dispatched", "received"])
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="one_sub_per_number"),
            models.UniqueConstraint(fields=["case", "item_id", "instance_key"], name="one_sub_per_instance"),
            models.UniqueConstraint(fields=["case", "seq"], name="one_sub_per_seq"),
            models.CheckConstraint(
                condition=models.Q(state__in=sorted(state.value for state in SUB_FINAL))
                | models.Q(next_at__isnull=False),
                name="open_sub_is_looked_at_again",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=sorted(state.value for state in SUB_FINAL))
                | models.Q(closed_at__isnull=False),
                name="final_sub_is_closed",
            ),
        ]

    @property
    def state_fields(self) -> tuple[FSMField, ...]:
        """Asked at every save; django_fsm looks through all fields of the model for them."""
        return self.fields_of_state()

    def __str__(self) -> str:
        return self.number

    @property
    def is_final(self) -> bool:
        return self.state in SUB_FINAL

    @transition(field=state, source=SubState.WAITING, target=SubState.READY)
    def release(self, *, at: datetime) -> None:
        """Everything it waited for is there; from here the clock of this item may start."""
        self.released_at = at

    @transition(field=state, source=SubState.READY, target=SubState.DISPATCHED)
    def dispatch(self, *, at: datetime) -> None:
        """Promised to the department, or put on its worklist."""
        self.dispatched_at = at

    @transition(field=state, source=SubState.DISPATCHED, target=SubState.RECEIVED)
    def receive(self, *, at: datetime, receipt_no: str = "") -> None:
        """The department has it (收件); not yet accepted."""
        self.received_at, self.receipt_no = at, receipt_no or self.receipt_no

    @transition(field=state, source=[SubState.DISPATCHED, SubState.RECEIVED], target=SubState.ACCEPTED)
    def accept(self, *, at: datetime) -> None:
        """Accepted (受理); limits count from here. 行政许可法 第三十二条第一款第五项."""
        self.received_at, self.accepted_at = self.received_at or at, at

    @transition(
        field=state,
        source=[SubState.DISPATCHED, SubState.RECEIVED, SubState.ACCEPTED],
        target=SubState.DISPATCHED,
    )
    def reassign(self, *, to: str, connect: str, at: datetime) -> None:
        """Handed on to another department (转办); once accepted, its clock runs on whoever has it."""
        self.department, self.connect, self.dispatched_at = to, connect, at
        self.receipt_no, self.last_event_seq, self.assigned_to_id = "", None, None

    @transition(field=state, source=[SubState.RECEIVED, SubState.ACCEPTED], target=SubState.SPECIAL_PROCEDURE)
    def begin_procedure(self, *, name: str) -> None:
        """A special procedure (特别程序) begins. 行政许可法 第四十五条."""
        self.procedure = name

    @transition(field=state, source=SubState.SPECIAL_PROCEDURE, target=SubState.ACCEPTED)
    def end_procedure(self) -> None:
        self.procedure = ""

    @transition(field=state, source=[SubState.READY, *WITH_DEPARTMENT], target=SubState.SUPPLEMENT_REQUESTED)
    def request_supplement(self) -> None:
        """Something must be supplemented (补正). 行政许可法 第三十二条第一款第四项."""
        self.round += 1

    @transition(field=state, source=SubState.SUPPLEMENT_REQUESTED, target=SubState.DISPATCHED)
    def supplement(self, *, at: datetime) -> None:
        """The applicant has answered; the answer is on its way to the department."""
        self.dispatched_at = at

    @transition(field=state, source=SubState.SUPPLEMENT_REQUESTED, target=SubState.READY)
    def release_again(self, *, at: datetime) -> None:
        """What the portal itself asked for has come; the rules are judged anew."""
        self.released_at = at

    @transition(field=state, source=UNDECIDED, target=SubState.APPROVED)
    def approve(self, *, at: datetime) -> None:
        self.closed_at, self.next_at = at, None

    @transition(field=state, source=UNDECIDED, target=SubState.REJECTED)
    def reject(self, *, at: datetime) -> None:
        """Refused; reasons and remedy go with it. 行政许可法 第三十八条第二款."""
        self.closed_at, self.next_at = at, None

    @transition(
        field=state,
        source=[SubState.DISPATCHED, SubState.RECEIVED, SubState.SUPPLEMENT_REQUESTED],
        target=SubState.NOT_ACCEPTED,
    )
    def refuse_acceptance(self, *, at: datetime) -> None:
        """Not accepted (不予受理). 行政许可法 第三十二条第一款第一、二项."""
        self.closed_at, self.next_at = at, None

    @transition(field=state, source=[SubState.WAITING, *UNDECIDED], target=SubState.WITHDRAWN)
    def withdraw(self, *, at: datetime) -> None:
        """Taken back by the applicant before it was decided."""
        self.closed_at, self.next_at = at, None

    @transition(field=state, source=[SubState.WAITING, SubState.READY], target=SubState.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        """What it depends on was refused."""
        self.closed_at, self.next_at = at, None

    @transition(field=state, source=[SubState.WAITING, *UNDECIDED], target=SubState.LAPSED)
    def lapse(self, *, at: datetime) -> None:
        """Ended because what was asked for did not come in time (逾期终止)."""
        self.closed_at, self.next_at = at, None

    @transition(field=state, source=[SubState.APPROVED, *WITH_DEPARTMENT], target=SubState.WAITING)
    def change_plan(self, *, next_at: datetime) -> None:
        """A new version of the plan: once everything upstream is settled the department decides anew."""
        self.plan_version, self.round = self.plan_version + 1, self.round + 1
        self.accepted_at = self.closed_at = None
        self.next_at = next_at

    @transition(field=state, source=[SubState.WAITING, SubState.READY, *WITH_DEPARTMENT], target=SubState.APPROVED)
    def keep_decision(self, *, at: datetime) -> None:
        """The change of the plan was not accepted: what had been decided before stays."""
        self.closed_at, self.next_at = at, None


class Need(models.Model):
    """An edge of the plan: `sub` needs `upstream` to have reached `need`; `flow` names result fields that pass on."""

    FINISHED_OR_OVERDUE = "finished_or_due"
    keys_are_for_the_database = True  # it is found by the two it joins

    sub = models.ForeignKey(SubApplication, on_delete=models.CASCADE, related_name="needs", db_index=False)
    upstream = models.ForeignKey(SubApplication, on_delete=models.CASCADE, related_name="needed_by")
    need = models.CharField(max_length=16)  # approved, finished, accepted, finished_or_due
    if_rejected = models.CharField(max_length=16)
    flow = models.JSONField(default=list)
    # An edge of an alternative path counts only where the main one has failed.
    alternative_of = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sub", "upstream", "alternative_of"], name="one_need_per_pair"),
            models.CheckConstraint(condition=~models.Q(sub=models.F("upstream")), name="nobody_needs_itself"),
        ]
