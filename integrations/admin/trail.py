"""What the product and its operators did, to be read and never changed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from integrations.models import RegisterCall, SystemChange, SystemRecord
from integrations.systems.records import WORDS


class ReadOnlyAdmin(ModelAdmin):
    """Rows that the product writes and people only read."""

    actions = None
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RegisterCall)
class RegisterCallAdmin(ReadOnlyAdmin):
    """The trail of data sharing."""

    list_display = ("at", "kind", "code", "department", "purpose", "case_no", "outcome", "elapsed_ms")
    list_filter = ("kind", "outcome", "department")
    search_fields = ("=case_no", "=code")
    date_hierarchy = "at"


@admin.register(SystemChange)
class SystemChangeAdmin(ReadOnlyAdmin):
    """Addresses proposed, confirmed and declined; the acts themselves are on the page of the system."""

    list_display = ("system", "old_url", "new_url", "state", "proposed_by", "proposed_at", "decided_by", "decided_at")
    list_filter = ("state", "system")
    list_select_related = ("system", "proposed_by", "decided_by")


@admin.register(SystemRecord)
class SystemRecordAdmin(ReadOnlyAdmin):
    """Who did what to which system."""

    list_display = ("at", "department", "what", "by", "told")
    list_filter = ("department",)
    list_select_related = ("by",)
    date_hierarchy = "at"
    fields = ("at", "department", "what", "by", "told")
    readonly_fields = ("what", "told")

    @display(description="事项")
    def what(self, row: SystemRecord) -> str:
        return WORDS.get(row.kind, row.kind)

    @display(description="内容")
    def told(self, row: SystemRecord) -> str:
        return facts_words(row.facts)


def facts_words(facts: dict[str, Any]) -> str:
    """The facts of a record in one line."""
    return "；".join(f"{name}：{_plain(value)}" for name, value in facts.items() if value not in ("", None, []))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
