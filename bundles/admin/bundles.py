"""The list of bundles, with the state of each, and the import of a file."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from bundles import publishing
from bundles.admin.actions import change_url
from bundles.admin.forms import ImportForm
from bundles.admin.parts import fault_counts
from bundles.admin.versions import in_words, tell_faults
from bundles.errors import BundleError
from bundles.models import Bundle, VersionState


@admin.register(Bundle)
class BundleAdmin(ModelAdmin):
    """Bundles over their versions; their content is changed through a draft, never here."""

    list_display = (
        "zh",
        "code",
        "class_name",
        "stage",
        "lead",
        "shown_state",
        "current",
        "drafts",
        "lint_result",
        "enabled",
    )
    list_filter = ("class_name", "stage", "enabled", "lead")
    search_fields = ("code", "zh", "en")
    list_select_related = ("lead", "published")
    fields = ("code", "zh", "en", "class_name", "stage", "lead", "enabled", "versions")
    readonly_fields = ("code", "zh", "en", "class_name", "stage", "lead", "versions")
    actions = None
    actions_list = ("import_file",)

    class Media:
        css = {"all": ("bundles/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bundle]:
        drafts = Count("versions", filter=Q(versions__state=VersionState.DRAFT))
        rows: QuerySet[Bundle] = super().get_queryset(request).annotate(draft_count=drafts)
        return rows

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Bundle | None = None) -> bool:
        return False

    @display(description="状态", label={"已发布": "success", "未发布": "warning", "停止受理": "info"})
    def shown_state(self, bundle: Bundle) -> str:
        if bundle.published_id is None:
            return "未发布"
        return "已发布" if bundle.enabled else "停止受理"

    @admin.display(description="现行版本")
    def current(self, bundle: Bundle) -> str:
        return f"第 {bundle.published.number} 版" if bundle.published else "—"

    @admin.display(description="草稿")
    def drafts(self, bundle: Any) -> str:
        return str(bundle.draft_count or "—")

    @admin.display(description="检查")
    def lint_result(self, bundle: Bundle) -> str:
        return in_words(fault_counts().get(bundle.published_id)) if bundle.published_id else "—"

    @admin.display(description="版本")
    def versions(self, bundle: Bundle) -> SafeString:
        rows = bundle.versions.select_related("created_by", "published_by").order_by("-number")
        counts = fault_counts()
        listed = [(row, in_words(counts.get(row.pk)), change_url(row)) for row in rows]
        table = render_to_string("bundles/admin/version_list.html", {"listed": listed})
        return format_html('<div class="bundle-part">{}</div>', table)

    @action(description="导入 YAML", url_path="import", permissions=["import"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        """A file becomes a draft: of its bundle, or of a new one."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._import(request, form)
            except BundleError as error:
                form.add_error("file", str(error))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "导入一件事文件", "form": form}
        return render(request, "bundles/admin/import.html", context)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("bundles.add_bundleversion"))

    def _import(self, request: HttpRequest, form: ImportForm) -> HttpResponse:
        source, note = form.cleaned_data["file"], form.cleaned_data["change_note"] or "导入文件"
        bundle = Bundle.objects.filter(code=source.document["code"]).first()
        if bundle:
            draft = publishing.new_draft(bundle, source.document, by=request.user, change_note=note)
        else:
            draft = publishing.new_bundle(source.document, by=request.user, change_note=note)
        messages.success(request, f"已存为“{draft.bundle.zh}”第 {draft.number} 版草稿")
        tell_faults(request, publishing.faults_of(source.document, source))
        return redirect(change_url(draft))
