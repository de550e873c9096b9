"""Data-sharing interfaces (数据共享接口目录)."""

from __future__ import annotations

from django.db import models

from bundles.models.registry import RegistryRow


class Interface(RegistryRow):
    SHARES = {"unconditional": "无条件共享", "conditional": "有条件共享"}
    LEVELS = {"national": "国家接口", "province": "省接口", "city": "市接口"}
    SPEEDS = {"ms": "毫秒级", "s": "秒级", "batch": "批量（T+1）", "manual": "人工查询回填"}

    code = models.CharField("代码", max_length=40, primary_key=True)
    zh = models.CharField("名称", max_length=100)
    en = models.CharField("英文名称", max_length=150, blank=True)
    dept = models.ForeignKey("bundles.Department", models.PROTECT, verbose_name="提供部门", related_name="+")
    share = models.CharField("共享类型", max_length=16, choices=SHARES)
    level = models.CharField("级别", max_length=10, choices=LEVELS)
    sla = models.CharField("响应", max_length=10, choices=SPEEDS)
    input = models.JSONField("入参", default=list)
    output = models.JSONField("出参", default=list, help_text="[字段, 中文, 类型] 的列表")

    class Meta:
        verbose_name = "共享接口"
        verbose_name_plural = "共享接口"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.zh}（{self.code}）"
