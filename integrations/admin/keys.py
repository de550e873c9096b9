"""Keys in the administration: seen without their secrets, taken in, revoked with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from integrations.admin.asking import ReasonForm, asked, object_or_404, person_of
from integrations.models import DepartmentKey
from integrations.systems import record, revoke_key


class NewKeyForm(forms.ModelForm):
    """A key that the department made comes in once and is never shown again."""

    secret = forms.CharField(
        label="密钥", min_length=32, max_length=256, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    class Meta:
        model = DepartmentKey
        fields = ["system", "key_id", "secret", "algorithm", "valid_from", "valid_to"]

    def save(self, commit: bool = True) -> Any:
        self.instance.secret = self.cleaned_data["secret"]
        self.instance.address = self.instance.system.base_url.rstrip("/")
        return super().save(commit)


@admin.register(DepartmentKey)
class DepartmentKeyAdmin(ModelAdmin):
    """Keys are added and revoked; what is past stays to be read."""

    form = NewKeyForm
    list_display = ("key_id", "system", "shown_algorithm", "state", "valid_from", "valid_to", "last_used_at")
    list_filter = ("system",)
    list_select_related = ("system",)
    search_fields = ("key_id",)
    actions = None
    actions_detail = ("revoke",)
    shown = (
        "system", "key_id", "shown_algorithm", "address", "state", "valid_from", "valid_to", "last_used_at",
        "revoked_at", "revoked_for",
    )  # fmt: skip

    @display(description="签名算法")
    def shown_algorithm(self, key: DepartmentKey) -> str:
        return key.algorithm or key.system.algorithm

    @display(description="状态", label={"有效": "success", "未生效": "info", "已到期": "warning", "已作废": "danger"})
    def state(self, key: DepartmentKey) -> str:
        return state_of(key)

    @action(description="作废", url_path="revoke", permissions=["delete_key"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = object_or_404(DepartmentKey.objects.select_related("system"), object_id)
        return asked(
            request,
            self,
            key,
            title=f"作废密钥 {key.key_id}",
            text="作废后立即两个方向都不再有效，不能恢复。要平稳更换，请用“轮换密钥”。",
            form_class=ReasonForm,
            act=lambda form: revoke_key(key, by=person_of(request), reason=form.cleaned_data["reason"]),
            done=f"{key.key_id} 已作废",
        )

    def has_delete_key_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("integrations.change_departmentkey"))

    def save_model(self, request: HttpRequest, obj: DepartmentKey, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record(obj.system.department, "key.issued", by=person_of(request), key_id=obj.key_id, address=obj.address)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.shown) if obj else list(NewKeyForm.Meta.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.shown if obj else ()


def state_of(key: DepartmentKey) -> str:
    """Where a key stands now, in one word."""
    now = timezone.now()
    if key.revoked_at is not None:
        return "已作废"
    if key.valid_from > now:
        return "未生效"
    return "已到期" if key.valid_to is not None and key.valid_to <= now else "有效"
