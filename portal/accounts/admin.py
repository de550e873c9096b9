"""Accounts in the administration: roles and doors, no personal data, and no way to make an administrator."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from portal.accounts.models import Account, DutyRecord, Role

# Roles that are given here; supervision and administration are given on the machine, by two (`manage.py duty`).
GIVEN_HERE = frozenset({Role.CITIZEN, Role.COMPANY, Role.CLERK, Role.STAFF})


@admin.register(Account)
class AccountAdmin(ModelAdmin):
    """Who works at which desk. Names and numbers stay sealed: they are no business of configuration.

    Nobody changes an administrator or a supervisor here, oneself included: they do not make each other (三员分立).
    """

    list_display = ("username", "role", "duty", "department", "is_active", "is_staff", "is_demo")
    list_filter = ("role", "duty", "is_active", "is_staff", "is_demo")
    search_fields = ("username", "department")
    fields = ("username", "role", "department", "is_active", "is_staff", "duty")
    readonly_fields = ("is_staff", "duty")

    def formfield_for_choice_field(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.TypedChoiceField:
        if db_field.name == "role":
            kwargs["choices"] = [choice for choice in Role.choices if choice[0] in GIVEN_HERE]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        is_given_here = obj is None or (obj.role in GIVEN_HERE and not obj.is_staff and not obj.is_superuser)
        return is_given_here and bool(super().has_change_permission(request, obj))


@admin.register(DutyRecord)
class DutyRecordAdmin(ModelAdmin):
    """Who became which administrator, and on whose word: only read."""

    list_display = ("at", "account", "before", "after", "by", "reason")
    list_filter = ("after",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: DutyRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: DutyRecord | None = None) -> bool:
        return False
