"""Terminals in the administration: where they stand, the code that registers the device, the key of the reader."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from portal.kiosk import registering, stays
from portal.kiosk.models import Stay, Terminal


@admin.register(Terminal)
class TerminalAdmin(ModelAdmin):
    """Codes and keys are shown once, when they are issued."""

    list_display = ("code", "name", "place", "is_active", "has_reader", "has_printer", "registered_at", "seen_at")
    list_filter = ("is_active",)
    search_fields = ("code", "name", "place")
    fields = ("code", "name", "place", "idle_s", "has_reader", "has_printer", "is_active", "registered_at", "seen_at")
    readonly_fields = ("registered_at", "seen_at")
    actions = ("issue_code", "issue_reader_key")

    @admin.action(description=gettext_lazy("发接入码（24 小时内在终端上输入一次）"), permissions=["change"])
    def issue_code(self, request: HttpRequest, chosen: QuerySet[Terminal]) -> None:
        for terminal in chosen:
            text = _("终端 %(code)s 的接入码：%(clear)s，只显示这一次，24 小时内在终端上打开 /kiosk/setup/ 输入")
            messages.success(request, text % {"code": terminal.code, "clear": registering.issue_code(terminal)})

    @admin.action(description=gettext_lazy("发读卡器密钥（旧的立即作废）"), permissions=["change"])
    def issue_reader_key(self, request: HttpRequest, chosen: QuerySet[Terminal]) -> None:
        for terminal in chosen:
            text = _("终端 %(code)s 读卡器的密钥：%(clear)s，只显示这一次，写进读卡程序的配置")
            messages.success(request, text % {"code": terminal.code, "clear": registering.issue_reader_key(terminal)})

    def save_model(self, request: HttpRequest, obj: Terminal, form: object, change: bool) -> None:
        """A terminal that is switched off ends whoever stands there."""
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            for stay in Stay.objects.select_related("account", "terminal").filter(terminal=obj, ended_at=None):
                stays.end(stay, Stay.End.OFF)


@admin.register(Stay)
class StayAdmin(ModelAdmin):
    """When a terminal was used, how somebody signed in and how it ended: only read, and nobody's name."""

    list_display = ("terminal", "means", "began_at", "ended_at", "how", "keeps_drafts")
    list_filter = ("terminal", "means", "how")
    fields = list_display
    readonly_fields = list_display

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Stay | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Stay | None = None) -> bool:
        return False
