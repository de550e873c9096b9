"""The registries that definitions refer to. What a published definition names cannot be deleted."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as InvalidNumber
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from bundles.admin.fields import RowsField, WordsField
from bundles.lint.form import regex_faults
from bundles.models import (
    BundleVersion,
    CodeList,
    Department,
    EverydayWord,
    Interface,
    LicenceKind,
    Matter,
    Validator,
    VersionState,
)


class RegistryAdmin(ModelAdmin):
    """A registry: its key is fixed once given, and rows in use stay."""

    actions = None
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return (self.opts.pk.name,) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not named_in_published(str(obj.pk)))


def named_in_published(name: str) -> bool:
    """Whether any published definition names a registry entry."""
    published = BundleVersion.objects.filter(state=VersionState.PUBLISHED)
    return published.extra(where=["document ~ %s"], params=[rf"\m{re.escape(name)}\M"]).exists()


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ("code", "name", "short", "en", "kind", "org_code", "system", "parent", "window", "tel")

    def clean_org_code(self) -> str:
        try:
            return str(uscc.validate(self.cleaned_data["org_code"]))
        except InvalidNumber as error:
            raise forms.ValidationError("统一社会信用代码校验位不正确") from error


@admin.register(Department)
class DepartmentAdmin(RegistryAdmin):
    form = DepartmentForm
    list_display = ("code", "name", "short", "kind", "system", "parent", "window", "tel")
    list_filter = ("kind", "system", "window")
    search_fields = ("code", "name", "short", "en")
    autocomplete_fields = ("parent",)


class LicenceForm(forms.ModelForm):
    face = RowsField(label="照面字段")

    class Meta:
        model = LicenceKind
        fields = (
            "code", "zh", "en", "dept", "holder", "id_field", "national", "validity", "type_code", "sensitive", "trust",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["face"].initial = self.instance.fields

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("id_field") not in [row[0] for row in cleaned.get("face") or []]:
            raise forms.ValidationError({"id_field": "主键字段应是照面字段之一"})
        self.instance.fields = cleaned["face"]
        return cleaned


@admin.register(LicenceKind)
class LicenceAdmin(RegistryAdmin):
    form = LicenceForm
    list_display = ("code", "zh", "dept", "holder", "national", "validity")
    list_filter = ("holder", "national", "dept")
    search_fields = ("code", "zh", "en")
    autocomplete_fields = ("dept",)


class InterfaceForm(forms.ModelForm):
    input = WordsField(label="入参", widget=UnfoldAdminTextInputWidget())
    output = RowsField(label="出参")

    class Meta:
        model = Interface
        fields = (
            "code", "zh", "en", "dept", "share", "level", "sla", "input", "output",
            "sensitive", "max_age_s", "per_minute", "per_day",
        )  # fmt: skip


@admin.register(Interface)
class InterfaceAdmin(RegistryAdmin):
    form = InterfaceForm
    list_display = ("code", "zh", "dept", "share", "level", "sla", "per_minute", "per_day")
    list_filter = ("share", "level", "sla", "sensitive", "dept")
    search_fields = ("code", "zh", "en")
    autocomplete_fields = ("dept",)


class CodeListForm(forms.ModelForm):
    entries = RowsField(label="代码", help_text="一行一个：值 | 中文 | English")

    class Meta:
        model = CodeList
        fields = ("name", "entries")


@admin.register(CodeList)
class CodeListAdmin(RegistryAdmin):
    form = CodeListForm
    list_display = ("name", "size")
    search_fields = ("name",)

    @admin.display(description="代码数")
    def size(self, row: CodeList) -> int:
        return len(row.entries)


class ValidatorForm(forms.ModelForm):
    class Meta:
        model = Validator
        fields = ("name", "zh", "regex", "check_digit", "msg")

    def clean_regex(self) -> str:
        pattern: str = self.cleaned_data["regex"]
        for fault in regex_faults(pattern, "regex") if pattern else ():
            raise forms.ValidationError(fault.message)
        return pattern


@admin.register(Validator)
class ValidatorAdmin(RegistryAdmin):
    form = ValidatorForm
    list_display = ("name", "zh", "regex", "check_digit", "msg")
    search_fields = ("name", "zh")


class MatterForm(forms.ModelForm):
    used_in = WordsField(label="用在哪些一件事", widget=UnfoldAdminTextInputWidget())

    class Meta:
        model = Matter
        fields = (
            "matter", "zh", "dept", "type", "base", "impl", "used_in", "parent", "level", "region", "office",
            "audience", "stage", "channels", "reach", "instant", "paperless", "days", "fee",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """编码规则: 基本编码 12 位, 实施编码 = 主体信用代码 18 + 层级 1 + 基本编码 12."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        base, impl = cleaned.get("base") or "", cleaned.get("impl") or ""
        if not re.fullmatch(r"\d{12}", base):
            raise forms.ValidationError({"base": "事项基本编码应为 12 位数字"})
        if not re.fullmatch(r"[0-9A-Z]{18}[1-6]\d{12}", impl) or not impl.endswith(base):
            raise forms.ValidationError({"impl": "实施编码应为 18 位信用代码、1 位层级加 12 位基本编码"})
        return cleaned


@admin.register(Matter)
class MatterAdmin(RegistryAdmin):
    form = MatterForm
    list_display = ("matter", "zh", "dept", "type", "level", "base")
    list_filter = ("type", "level", "dept")
    search_fields = ("matter", "zh", "base", "impl")
    autocomplete_fields = ("dept", "parent")


class EverydayWordForm(forms.ModelForm):
    means = WordsField(label="就是说", widget=UnfoldAdminTextInputWidget())

    class Meta:
        model = EverydayWord
        fields = ("word", "means")


@admin.register(EverydayWord)
class EverydayWordAdmin(RegistryAdmin):
    form = EverydayWordForm
    list_display = ("word", "means")
    search_fields = ("word",)
