"""Cases in the administration: to be read by those who may, never changed, without personal values."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from cases.models import Attention, Case, Delivery, Event, SubApplication


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
