"""Look-ups: what registers and the licence library said for a case, with time and outcome."""

from __future__ import annotations

import uuid

from django.db import models

from cases.protection import SealedField


class Lookup(models.Model):
    """One question asked for a case and its answer. `digest` stands for the inputs; they are sealed with the rest."""

    class Outcome(models.TextChoices):
        FOUND = "found"
        EMPTY = "empty"
        UNAVAILABLE = "unavailable"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="lookups")
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    party = models.CharField(max_length=64, blank=True, default="")
    inputs = SealedField(json=True, default=dict)
    outcome = models.CharField(max_length=16, choices=Outcome)
    records = SealedField(json=True, default=list)
    as_of = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    # Until when the answer may be used again for this case; the interface says how long its data keeps.
    holds_until = models.DateTimeField(null=True)
    # Why nobody answered, as a code of `cases.ports.Finding`; empty where somebody did.
    reason = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "code", "digest"], name="one_answer_per_question")
        ]


class DataCall(models.Model):
    """One question to a register or the licence library, whoever asked it: the trail of data sharing (国令809号).

    Who was asked, what for, in which case, on whose authority and with what outcome. The person is an index, the
    answer is not here. Rows are only ever added.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=64)
    department = models.CharField(max_length=16, blank=True, default="")
    purpose = models.CharField(max_length=200)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="data_calls")
    case_no = models.CharField(max_length=64, blank=True, default="")
    sub_application_id = models.UUIDField(null=True)
    subject_index = models.CharField(max_length=64, blank=True, default="")
    party = models.CharField(max_length=64, blank=True, default="")
    caller_kind = models.CharField(max_length=16)
    caller_id = models.CharField(max_length=64, blank=True, default="")
    # For whom a clerk or the system asked: the applicant, as an index.
    on_behalf_index = models.CharField(max_length=64, blank=True, default="")
    consent_id = models.CharField(max_length=64, blank=True, default="")
    outcome = models.CharField(max_length=16, choices=Lookup.Outcome)
    reason = models.CharField(max_length=16, blank=True, default="")
    as_of = models.DateTimeField(null=True)
    elapsed_ms = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["subject_index", "-at"], name="data_call_of_person"),
            models.Index(fields=["case", "-at"], name="data_call_of_case"),
            models.Index(fields=["code", "-at"], name="data_call_of_code"),
            models.Index(fields=["consent_id"], name="data_call_of_consent"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(purpose=""), name="data_call_says_what_for"),
            models.CheckConstraint(
                condition=models.Q(outcome="unavailable") | models.Q(reason=""), name="only_silence_has_a_reason"
            ),
        ]


class LatePrefill(models.Model):
    """A draft whose page did not wait for a slow register: asked again in the background until `until`."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, primary_key=True, related_name="late_prefill")
    since = models.DateTimeField()
    until = models.DateTimeField()
    next_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="late_prefill_next")]
