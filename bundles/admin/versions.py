"""Versions of a bundle: read in tabs, written as text while a draft, published, compared, rolled back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from bundles import publishing, yaml
from bundles.admin.actions import VersionActions
from bundles.admin.forms import DraftForm
from bundles.admin.parts import PARTS, fault_counts, faults_part, part
from bundles.errors import Fault
from bundles.models import BundleVersion, VersionState

SHOWN_FAULTS = 10


@admin.register(BundleVersion)
class BundleVersionAdmin(VersionActions, ModelAdmin):
    """A version is read in tabs. Only a draft can be changed, only by its text, and only until it is published."""

    form = DraftForm
    list_display = ("bundle", "number", "shown_state", "lint_result", "change_note", "created_at", "published_at")
    list_filter = ("state", "bundle")
    search_fields = ("bundle__code", "bundle__zh", "change_note")
    list_select_related = ("bundle",)
    readonly_fields = ("heading", "faults", *(f"part_{name}" for name in PARTS), "source")
    actions = None
    ordering = ("bundle", "-number")

    class Media:
        css = {"all": ("bundles/admin.css",)}

    def get_fieldsets(self, request: HttpRequest, obj: BundleVersion | None = None) -> Any:
        tabs: list[Any] = [(title, {"classes": ["tab"], "fields": [f"part_{name}"]}) for name, title in PARTS.items()]
        editable = obj is not None and self._is_editable(request, obj)
        text: Any = ("定义文本", {"classes": ["tab"], "fields": ["text", "change_note"] if editable else ["source"]})
        return [(None, {"fields": ["heading"]}), *tabs, ("检查结果", {"classes": ["tab"], "fields": ["faults"]}), text]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        if obj is not None and not self._is_editable(request, obj):
            kwargs["form"], kwargs["fields"] = ModelForm, []
        else:
            kwargs["fields"] = ["change_note"]
        form: type[ModelForm] = super().get_form(request, obj, change, **kwargs)
        return form

    def _is_editable(self, request: HttpRequest, version: BundleVersion) -> bool:
        return version.is_draft and bool(self.has_change_permission(request, version))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What cannot be changed has no button that says “save”."""
        version = self.get_object(request, object_id)
        editable = version is not None and self._is_editable(request, version)
        context = {"show_save": editable, "show_save_and_continue": editable, **(extra_context or {})}
        shown: HttpResponse = super().change_view(request, object_id, form_url, context)
        return shown

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: BundleVersion | None = None) -> bool:
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and obj is not None and obj.is_draft

    def save_model(self, request: HttpRequest, obj: BundleVersion, form: DraftForm, change: Any) -> None:
        if "text" not in form.cleaned_data:
            return
        source = form.cleaned_data["text"]
        publishing.change_draft(obj, source.document, change_note=form.cleaned_data["change_note"])
        tell_faults(request, publishing.faults_of(source.document, source))

    @admin.display(description="版本")
    def heading(self, version: BundleVersion) -> SafeString:
        return format_html(
            "<strong>{}</strong> · 第 {} 版 · {} · 建立于 {}{}",
            version.bundle.zh,
            version.number,
            version.get_state_display(),
            f"{timezone.localtime(version.created_at):%Y-%m-%d %H:%M}",
            f" · {version.change_note}" if version.change_note else "",
        )

    @display(description="状态", label={"草稿": "warning", "已发布": "success", "已停用": "info"})
    def shown_state(self, version: BundleVersion) -> str:
        return VersionState(version.state).label

    @admin.display(description="检查")
    def lint_result(self, version: BundleVersion) -> str:
        return in_words(fault_counts().get(version.pk))

    @admin.display(description="检查结果")
    def faults(self, version: BundleVersion) -> SafeString:
        return faults_part(version)

    @admin.display(description="定义（YAML）")
    def source(self, version: BundleVersion) -> SafeString:
        return format_html(
            '<div class="bundle-part"><pre class="bundle-source">{}</pre></div>', yaml.write(version.document)
        )


def in_words(counts: tuple[int, int] | None) -> str:
    if counts is None:
        return "—"
    errors, warnings = counts
    return "通过" if not errors and not warnings else f"{errors} 处错误，{warnings} 处提醒"


def tell_faults(request: HttpRequest, faults: tuple[Fault, ...]) -> None:
    """Say after saving what still stands in the way of publishing."""
    errors = [fault for fault in faults if fault.severity == "error"]
    for fault in errors[:SHOWN_FAULTS]:
        messages.warning(request, f"第 {fault.line or '?'} 行 {fault.path}：{fault.message}")
    if len(errors) > SHOWN_FAULTS:
        messages.warning(request, f"还有 {len(errors) - SHOWN_FAULTS} 处错误，见“检查结果”")
    if not errors:
        messages.success(request, f"检查通过，{len(faults)} 处提醒；可以发布")


def _part_column(name: str, title: str) -> Any:
    @admin.display(description=title)
    def column(self: BundleVersionAdmin, version: BundleVersion) -> SafeString:
        return part(version, name)

    return column


for _name, _title in PARTS.items():
    setattr(BundleVersionAdmin, f"part_{_name}", _part_column(_name, _title))
