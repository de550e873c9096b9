"""Departments' systems in the administration: how each is reached, how it fares, who changed what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from bundles.queries import registry
from cases.queries import circuits
from integrations.admin.asking import person_of
from integrations.admin.keys import state_of
from integrations.admin.system_acts import SystemActs
from integrations.admin.trail import facts_words
from integrations.http.hosts import is_listed
from integrations.models import AllowedHost, DepartmentSystem, SystemRecord
from integrations.systems import propose_change, record
from integrations.systems.records import WORDS

LAMPS = {"正常": "success", "断开": "danger", "暂停": "warning", "维护": "info", "停用": "warning", "待复核": "info"}
STATES = {"open": "断开", "quiet": "暂停", "maintenance": "维护"}


class NewSystemForm(forms.ModelForm):
    """A new system: it is live only after another administrator has confirmed its address."""

    class Meta:
        model = DepartmentSystem
        fields = ("department", "base_url", "algorithm", "supports_query", "supports_callbacks", "supports_keys",
                  "quota", "deadline_s")  # fmt: skip

    def clean_base_url(self) -> str:
        url = str(self.cleaned_data["base_url"]).rstrip("/")
        if not is_listed(url, AllowedHost.objects.values_list("pattern", flat=True)):
            raise forms.ValidationError("这个主机不在允许的主机之内；请先核实，再加入“允许的主机”")
        return url


@admin.register(DepartmentSystem)
class DepartmentSystemAdmin(SystemActs, ModelAdmin):
    """How a department is reached. A row is switched off, never deleted: its trail names it."""

    form = NewSystemForm
    list_display = ("department", "named", "lamp", "base_url", "algorithm", "quota", "deadline_s", "enabled")
    list_filter = ("enabled", "algorithm", "supports_callbacks", "supports_query", "supports_keys")
    search_fields = ("department", "base_url")
    actions = None
    list_per_page = 50

    class Media:
        css = {"all": ("integrations/admin.css",)}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": NewSystemForm.Meta.fields})]
        settings = ("algorithm", "supports_query", "supports_callbacks", "supports_keys", "quota", "deadline_s")
        return [
            ("现状", {"fields": ("state_part",)}),
            ("配置", {"classes": ["tab"], "fields": ("department", "base_url", "enabled", *settings, "updated")}),
            ("密钥", {"classes": ["tab"], "fields": ("keys_part",)}),
            ("中断与维护", {"classes": ["tab"], "fields": ("lines_part",)}),
            ("变更记录", {"classes": ["tab"], "fields": ("records_part",)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        parts = ("state_part", "keys_part", "lines_part", "records_part")
        return ("department", "base_url", "enabled", "updated", *parts) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="名称")
    def named(self, system: DepartmentSystem) -> str:
        known = registry().departments.get(system.department)
        return known.short or known.name if known else "—"

    @display(description="线路", label=LAMPS)
    def lamp(self, system: DepartmentSystem) -> str:
        if not system.enabled:
            return "停用"
        found = [one.state for one in circuits.recent_line_states() if one.department == system.department]
        return next((STATES[state] for state in found if state), "正常")

    @display(description="线路和待办")
    def state_part(self, system: DepartmentSystem) -> SafeString:
        states = [one for one in circuits.line_states() if one.department == system.department and one.state]
        shown = [(STATES[one.state or ""], one) for one in states]
        waiting = system.changes.filter(state="proposed").select_related("proposed_by").first()
        return _part("state", {"system": system, "states": shown, "change": waiting})

    @display(description="密钥")
    def keys_part(self, system: DepartmentSystem) -> SafeString:
        keys = [(key, key.algorithm or system.algorithm, state_of(key)) for key in system.keys.order_by("-valid_from")]
        return _part("keys", {"keys": keys})

    @display(description="中断与维护")
    def lines_part(self, system: DepartmentSystem) -> SafeString:
        outages, planned = circuits.outages_of(system.department), circuits.maintenance_of(system.department)
        return _part("lines", {"outages": outages, "planned": planned})

    @display(description="变更记录")
    def records_part(self, system: DepartmentSystem) -> SafeString:
        found = SystemRecord.objects.filter(department=system.department).select_related("by")[:50]
        rows = [(one.at, WORDS.get(one.kind, one.kind), one.by, facts_words(one.facts)) for one in found]
        return _part("records", {"rows": rows})

    def save_model(self, request: HttpRequest, obj: DepartmentSystem, form: Any, change: bool) -> None:
        """Quotas and manners one person may set; a new system waits for a second person to go live."""
        by = person_of(request)
        if change:
            super().save_model(request, obj, form, change)
            if form.changed_data:
                facts = {name: form.cleaned_data[name] for name in form.changed_data}
                record(obj.department, "system.changed", by=by, **facts)
            return
        obj.enabled = False
        super().save_model(request, obj, form, change)
        record(obj.department, "system.added", by=by, address=obj.base_url)
        propose_change(obj, by=by, new_url=obj.base_url, reason="新接入")


def _part(name: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(f"integrations/admin/{name}.html", context)
