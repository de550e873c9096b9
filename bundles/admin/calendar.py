"""The working calendar and the everyday names of bundles."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from bundles.models import CalendarDay, CalendarYear, DeadlineRule, Synonym

RECOUNTED = "在办办件的期限会自动重算，几分钟内完成；日子变了的申请人会收到通知。"


class RecountingAdmin(ModelAdmin):
    """Changes here change the days of open cases; whoever makes them is told so."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        messages.info(request, RECOUNTED)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        messages.info(request, RECOUNTED)


@admin.register(CalendarDay)
class CalendarDayAdmin(RecountingAdmin):
    list_display = ("date", "kind", "name", "region")
    list_filter = ("kind", "region", "date")
    search_fields = ("name",)
    date_hierarchy = "date"


@admin.register(CalendarYear)
class CalendarYearAdmin(RecountingAdmin):
    list_display = ("year", "announced", "source")
    list_filter = ("announced",)


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(ModelAdmin):
    """When a deadline shows blue, yellow or red; effective at once."""

    list_display = ("colour", "trigger", "threshold", "enabled")
    list_editable = ("threshold", "enabled")
    list_filter = ("colour", "enabled")


@admin.register(Synonym)
class SynonymAdmin(ModelAdmin):
    list_display = ("word", "bundle", "enabled")
    list_filter = ("enabled", "bundle")
    list_editable = ("enabled",)
    search_fields = ("word", "bundle__zh", "bundle__code")
    autocomplete_fields = ("bundle",)
