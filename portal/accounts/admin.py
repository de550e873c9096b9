"""Accounts in the administration: roles and doors, no personal data."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from portal.accounts.models import Account


@admin.register(Account)
class AccountAdmin(ModelAdmin):
    """Who may do what. Names and numbers stay sealed: they are no business of configuration."""

    list_display = ("username", "role", "department", "is_active", "is_staff", "is_demo")
    list_filter = ("role", "is_active", "is_staff", "is_demo")
    search_fields = ("username", "department")
    fields = ("username", "role", "department", "is_active", "is_staff", "groups", "user_permissions")
    filter_horizontal = ("groups", "user_permissions")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
