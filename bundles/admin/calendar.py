"""The working calendar and the everyday names of bundles."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from bundles.models import CalendarDay, CalendarYear, Synonym


@admin.register(CalendarDay)
class CalendarDayAdmin(ModelAdmin):
    list_display = ("date", "kind", "name", "region")
    list_filter = ("kind", "region", "date")
    search_fields = ("name",)
    date_hierarchy = "date"


@admin.register(CalendarYear)
class CalendarYearAdmin(ModelAdmin):
    list_display = ("year", "announced", "source")
    list_filter = ("announced",)


@admin.register(Synonym)
class SynonymAdmin(ModelAdmin):
    list_display = ("word", "bundle", "enabled")
    list_filter = ("enabled", "bundle")
    list_editable = ("enabled",)
    search_fields = ("word", "bundle__zh", "bundle__code")
    autocomplete_fields = ("bundle",)
