"""Which hosts departments' systems may be on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from integrations.admin.asking import person_of
from integrations.models import AllowedHost
from integrations.systems import record


@admin.register(AllowedHost)
class AllowedHostAdmin(ModelAdmin):
    """Names are added and removed; an address on them still takes two people."""

    list_display = ("pattern", "note", "added_by", "added_at")
    search_fields = ("pattern", "note")
    fields = ("pattern", "note")
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: AllowedHost, form: Any, change: bool) -> None:
        obj.added_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        record("", "host.listed", by=person_of(request), host=obj.pattern)

    def delete_model(self, request: HttpRequest, obj: AllowedHost) -> None:
        record("", "host.removed", by=person_of(request), host=obj.pattern)
        super().delete_model(request, obj)
