"""Configuration of outside systems, and their trail to read. Nothing here touches a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from integrations.models import DepartmentKey, DepartmentSystem, RegisterCall, SentMessage


@admin.register(DepartmentSystem)
class DepartmentSystemAdmin(ModelAdmin):
    """Addresses and quotas. A row is switched off, never deleted: its trail names it."""

    list_display = ("department", "base_url", "algorithm", "supports_query", "supports_callbacks", "quota", "enabled")
    list_filter = ("enabled", "algorithm", "supports_callbacks")
    search_fields = ("department", "base_url")
    readonly_fields = ("updated",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("department", *self.readonly_fields) if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewKeyForm(forms.ModelForm):
    """A key comes in once and is never shown again."""

    secret = forms.CharField(
        label=_("密钥"), min_length=32, max_length=256, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    class Meta:
        model = DepartmentKey
        fields = ["system", "key_id", "secret", "valid_from", "valid_to"]

    def save(self, commit: bool = True) -> Any:
        self.instance.secret = self.cleaned_data["secret"]
        return super().save(commit)


@admin.register(DepartmentKey)
class DepartmentKeyAdmin(ModelAdmin):
    """Keys are added and revoked; what is past stays to be read."""

    form = NewKeyForm
    list_display = ("key_id", "system", "valid_from", "valid_to", "revoked_at")
    list_filter = ("system",)
    search_fields = ("key_id",)
    actions = ("revoke",)

    @admin.action(description=_("作废所选密钥"))
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        for key in queryset.filter(revoked_at=None):
            key.revoked_at = timezone.now()
            key.save(update_fields=["revoked_at"])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["system", "key_id", "valid_from", "valid_to", "revoked_at"] if obj else list(NewKeyForm.Meta.fields)


class ReadOnlyAdmin(ModelAdmin):
    """Rows that the product writes and people only read."""

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
    show_full_result_count = False


@admin.register(SentMessage)
class SentMessageAdmin(ReadOnlyAdmin):
    """That a message was sent, and which; to whom and what stays sealed."""

    list_display = ("at", "template", "state")
    list_filter = ("template", "state")
    fields = ("at", "template", "state")
    show_full_result_count = False
