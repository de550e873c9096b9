"""Writing a definition: the text of a draft, and files from outside."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from bundles import yaml
from bundles.errors import UnreadableFile
from bundles.models import BundleVersion


def read_text(text: str | bytes) -> yaml.Source:
    """The definition a person wrote. Raises ValidationError with the line of what is not allowed."""
    try:
        source = yaml.read(text)
    except UnreadableFile as error:
        raise forms.ValidationError(str(error)) from error
    if not isinstance(source.document, dict):
        raise forms.ValidationError("定义应为键值对")
    for key in ("code", "zh", "en", "class", "stage", "lead"):
        if not isinstance(source.document.get(key), str):
            raise forms.ValidationError(f"缺少 {key}，或者它不是文字")
    return source


class DraftForm(forms.ModelForm):
    """A draft as text. Faults of the lint do not keep it from being saved, only from being published."""

    text = forms.CharField(
        label="定义（YAML）",
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 40, "spellcheck": "false", "class": "bundle-source"}),
    )

    class Meta:
        model = BundleVersion
        fields = ("change_note",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "text" in self.fields:
            self.fields["text"].initial = yaml.write(self.instance.document)

    def clean_text(self) -> yaml.Source:
        source = read_text(self.cleaned_data["text"])
        if source.document["code"] != self.instance.bundle.code:
            raise forms.ValidationError(f"code 应为 {self.instance.bundle.code}")
        return source


class ImportForm(forms.Form):
    """A bundle file, uploaded."""

    file = forms.FileField(label="一件事文件（YAML）", widget=UnfoldAdminFileFieldWidget())
    change_note = forms.CharField(label="改了什么", max_length=300, required=False, widget=UnfoldAdminTextInputWidget())

    def clean_file(self) -> yaml.Source:
        upload = self.cleaned_data["file"]
        if upload.size > yaml.MAX_BYTES:
            raise forms.ValidationError("文件超过 1 MB")
        return read_text(upload.read())
