"""Data-sharing interfaces (数据共享接口目录)."""

from __future__ import annotations

from django.db import models

from bundles.models.registry import RegistryRow


class Interface(RegistryRow):
    SHARES = {"unconditional": "无条件共享", "conditional": "有条件共享"}
    LEVELS = {"national": "国家接口", "province": "省接口", "city": "市接口"}
    SPEEDS = {"ms": "毫秒级", "s": "秒级", "batch": "批量（T+1）", "manual": "人工查询回填"}

    SENSITIVE = {
        "health": "医疗健康",
        "finance": "金融账户",
        "identity": "特定身份",
        "biometric": "生物识别",
        "track": "行踪轨迹",
        "minor": "不满十四周岁未成年人",
    }

    code = models.CharField("代码", max_length=40, primary_key=True)
    zh = models.CharField("名称", max_length=100)
    en = models.CharField("英文名称", max_length=150, blank=True)
    dept = models.ForeignKey("bundles.Department", models.PROTECT, verbose_name="提供部门", related_name="+")
    share = models.CharField("共享类型", max_length=16, choices=SHARES)
    level = models.CharField("级别", max_length=10, choices=LEVELS)
    sla = models.CharField("响应", max_length=10, choices=SPEEDS)
    input = models.JSONField("入参", default=list)
    output = models.JSONField("出参", default=list, help_text="[字段, 中文, 类型] 的列表")
    sensitive = models.CharField(
        "敏感个人信息",
        max_length=10,
        choices=SENSITIVE,
        blank=True,
        default="",
        help_text="个人信息保护法第二十八条的类别；要单独同意",
    )
    max_age_s = models.PositiveIntegerField(
        "结果可用多久（秒）", null=True, blank=True, help_text="同一办件内不再重复查；空着按响应方式定"
    )
    per_minute = models.PositiveIntegerField("每分钟最多", null=True, blank=True, help_text="空着为不限")
    per_day = models.PositiveIntegerField("每天最多", null=True, blank=True, help_text="空着为不限")

    class Meta:
        verbose_name = "共享接口"
        verbose_name_plural = "共享接口"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.zh}（{self.code}）"
