"""Cases in the administration: to be read by those who may, never changed, without personal values.

What is configured here are the desks of departments: who heads them, who stands in, when whom to tell.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from cases.models import (
    Attention,
    Case,
    Delivery,
    DeskPost,
    EscalationRule,
    Event,
    Licence,
    LicenceGrant,
    Notification,
    RoundFault,
    SavedAnswer,
    StaffMail,
    SubApplication,
)


class ReadOnlyAdmin(ModelAdmin):
    """Rows that the engine writes; `fields` names what is shown, and sealed fields are never read."""

    list_per_page = 50
    show_full_result_count = False
    actions = None
    sealed: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*self.sealed)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """Where a case stands. Who it is about, and what was answered, is no business of configuration."""

    list_display = ("number", "bundle_code", "state", "outcome", "channel", "submitted_at", "due_on", "closed_at")
    list_filter = ("state", "outcome", "bundle_code", "channel")
    search_fields = ("number",)
    ordering = ("-created_at",)
    sealed = ("applicant_name", "applicant_id_no", "title", "answers")
    fields = (
        "id", "number", "bundle_code", "bundle_version", "applicant_kind", "channel", "region", "state", "outcome",
        "created_at", "submitted_at", "accepted_at", "due_on", "closed_at", "next_at", "version", "last_seq",
    )  # fmt: skip


@admin.register(SubApplication)
class SubApplicationAdmin(ReadOnlyAdmin):
    list_display = ("number", "item_id", "department", "connect", "state", "dispatched_at", "due_on", "closed_at")
    list_filter = ("state", "connect", "department")
    search_fields = ("number", "receipt_no")
    ordering = ("-dispatched_at",)
    sealed = ("instance_label", "reasons", "trace")
    fields = (
        "id", "number", "case", "seq", "item_id", "department", "connect", "state", "receipt_no", "round",
        "released_at", "dispatched_at", "received_at", "accepted_at", "due_on", "statutory_due_on", "closed_at",
        "procedure", "choice", "version", "next_at",
    )  # fmt: skip


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Promises to departments: how often tried, what the last try said, when the next one is. Never the body."""

    list_display = ("sub", "department", "purpose", "state", "tries", "next_at", "last_error", "closed_at")
    list_filter = ("state", "purpose", "department")
    list_select_related = ("sub",)
    search_fields = ("sub__number",)
    ordering = ("-created_at",)
    sealed = ("body",)
    fields = (
        "id", "sub", "department", "purpose", "round", "key", "target_key", "body_sha256", "state", "tries",
        "ask_first", "next_at", "lease_until", "lease_no", "last_error", "created_at", "closed_at",
    )  # fmt: skip


@admin.register(RoundFault)
class RoundFaultAdmin(ReadOnlyAdmin):
    """What rounds of the sweep failed at by a fault of ours, and when they try again; no row stands for the round."""

    list_display = ("round", "row", "case", "error", "tries", "first_at", "rests_until")
    list_filter = ("round", "error")
    list_select_related = ("case",)
    ordering = ("-rests_until",)
    fields = ("round", "row", "case", "error", "tries", "first_at", "rests_until")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The history: ids and words of the engine."""

    list_display = ("case", "seq", "kind", "actor_kind", "at")
    list_filter = ("kind", "actor_kind")
    list_select_related = ("case",)
    search_fields = ("case__number",)
    ordering = ("-at",)
    fields = ("case", "seq", "kind", "sub", "actor_kind", "facts", "at", "hash")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*(f"case__{name}" for name in CaseAdmin.sealed))


@admin.register(Attention)
class AttentionAdmin(ReadOnlyAdmin):
    """What needs a person, open and closed."""

    list_display = ("reason", "case", "sub", "owner", "since", "closed_at")
    list_filter = ("reason", "owner", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("case", "sub")
    search_fields = ("case__number", "sub__number")
    ordering = ("-since",)
    fields = ("id", "case", "sub", "reason", "owner", "next_step", "detail", "since", "closed_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*(f"case__{name}" for name in CaseAdmin.sealed))


@admin.register(Licence)
class LicenceAdmin(ReadOnlyAdmin):
    """The licence library: kinds, levels and standing. Never whose, never the face."""

    list_display = ("code", "department", "trust", "state", "valid_to", "issued_at", "confirmed_at", "ended_at")
    list_filter = ("state", "trust", "department")
    search_fields = ("code", "licence_id")
    ordering = ("-issued_at",)
    sealed = ("holder", "face", "reason")
    fields = (
        "id", "code", "department", "licence_id", "trust", "copies", "state", "valid_from", "valid_to", "issued_at",
        "confirmed_at", "ended_at", "superseded_by",
    )  # fmt: skip


@admin.register(LicenceGrant)
class LicenceGrantAdmin(ReadOnlyAdmin):
    """Who let whom use a licence: how it was given, until when, whether it was taken back."""

    list_display = ("licence", "purpose", "means", "given_at", "until", "revoked_at")
    list_filter = ("means", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("licence",)
    search_fields = ("licence__code",)
    ordering = ("-given_at",)
    sealed = ("evidence",)
    fields = ("id", "licence", "case", "purpose", "means", "basis", "given_at", "until", "revoked_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*(f"licence__{name}" for name in LicenceAdmin.sealed))


@admin.register(EscalationRule)
class EscalationRuleAdmin(ModelAdmin):
    """When whom to tell of a task that waits; effective from the next working morning."""

    list_display = ("level", "trigger", "threshold", "department", "bundle_code", "item_id", "enabled")
    list_editable = ("threshold", "enabled")
    list_filter = ("level", "trigger", "enabled")
    search_fields = ("department", "bundle_code", "item_id")


class DeskPostForm(forms.ModelForm):
    """The address is sealed in the database, so the form carries it as plain text."""

    email = forms.EmailField(label="工作邮箱", required=False, max_length=120)

    class Meta:
        model = DeskPost
        fields = ("account", "is_head", "wants_digest", "substitute", "away_from", "away_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["email"] = self.instance.email or ""
        staff = get_user_model()._default_manager.filter(role="staff")
        for name in ("account", "substitute"):
            if name in self.fields:
                self.fields[name].queryset = staff  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> DeskPost:
        self.instance.email = self.cleaned_data["email"] or None
        return super().save(commit)


@admin.register(DeskPost)
class DeskPostAdmin(ModelAdmin):
    """Who heads a department, where mail goes, who stands in for whom."""

    form = DeskPostForm
    list_display = ("account", "is_head", "wants_digest", "substitute", "away_from", "away_until")
    list_filter = ("is_head", "wants_digest")
    list_select_related = ("account", "substitute")
    search_fields = ("account__username", "account__department")


@admin.register(StaffMail)
class StaffMailAdmin(ReadOnlyAdmin):
    """E-mail to departments: what waits for a mail system that is away, what was refused."""

    list_display = ("subject", "account", "kind", "state", "tries", "next_at", "last_error", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("account",)
    search_fields = ("account__username", "subject")
    ordering = ("-created_at",)
    fields = (
        "id", "key", "account", "kind", "subject", "body", "state", "tries", "next_at", "last_error", "created_at",
        "closed_at",
    )  # fmt: skip


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Messages to people: what waits for the gateway, what it refused and why. To whom and what stays sealed."""

    list_display = ("at", "template", "state", "tries", "next_at", "reason")
    list_filter = ("state", "template")
    ordering = ("-next_at", "-at")
    sealed = ("to", "values")
    fields = ("id", "template", "at", "state", "tries", "next_at", "reason", "closed_at", "read_at")


@admin.register(SavedAnswer)
class SavedAnswerAdmin(ModelAdmin):
    """What departments answer often."""

    list_display = ("department", "title", "text")
    list_filter = ("department",)
    search_fields = ("title", "text")
