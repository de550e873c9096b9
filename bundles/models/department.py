"""Bodies that handle items (部门与单位)."""

from __future__ import annotations

from django.db import models

from bundles.models.registry import RegistryRow


class Department(RegistryRow):
    KINDS = {
        "government": "政府部门",
        "vertical": "垂直管理部门",
        "division": "部门内设机构",
        "institution": "事业单位",
        "people_org": "群团组织",
        "court": "法院",
        "utility": "公用事业企业",
    }
    SYSTEMS = {"api-sync": "同步接口", "api-callback": "受理后回调", "manual": "无接口（人工收发）"}

    code = models.CharField("代码", max_length=16, primary_key=True)
    name = models.CharField("名称", max_length=100)
    short = models.CharField("简称", max_length=30)
    en = models.CharField("英文名称", max_length=150, blank=True)
    kind = models.CharField("类别", max_length=16, choices=KINDS)
    org_code = models.CharField("统一社会信用代码", max_length=18)
    system = models.CharField("业务系统", max_length=16, choices=SYSTEMS, default="manual")
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级", null=True, blank=True, related_name="divisions"
    )
    window = models.BooleanField("进驻政务服务中心", default=False)
    tel = models.CharField("电话", max_length=30, blank=True)

    class Meta:
        verbose_name = "部门"
        verbose_name_plural = "部门"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.short}（{self.code}）"
