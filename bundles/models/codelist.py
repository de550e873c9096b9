"""Shared code lists and validators of the form (公共代码表与校验规则)."""

from __future__ import annotations

from django.db import models

from bundles.models.registry import RegistryRow


class CodeList(RegistryRow):
    name = models.CharField("名称", max_length=40, primary_key=True)
    entries = models.JSONField("代码", default=list, help_text="[值, 中文, English] 的列表")

    class Meta:
        verbose_name = "代码表"
        verbose_name_plural = "代码表"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"@{self.name}"


class Validator(RegistryRow):
    """A named check of a value: a regular expression, a check-digit rule, or both."""

    name = models.CharField("名称", max_length=40, primary_key=True)
    zh = models.CharField("中文名称", max_length=60)
    regex = models.CharField("正则表达式", max_length=500, blank=True)
    check_digit = models.CharField("校验位算法", max_length=200, blank=True)
    msg = models.CharField("不通过时的提示", max_length=200, blank=True)

    class Meta:
        verbose_name = "校验规则"
        verbose_name_plural = "校验规则"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.zh}（{self.name}）"
