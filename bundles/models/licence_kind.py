"""Kinds of electronic licences (电子证照目录)."""

from __future__ import annotations

from django.db import models

from bundles.models.interface import Interface
from bundles.models.registry import RegistryRow


class LicenceKind(RegistryRow):
    TRUST = {
        "A": "A 发证部门电子签发：免提交",
        "B": "B 发证部门核对过的数据：免提交",
        "C": "C 与原件比对过的副本：免上传，核原件",
        "D": "D 未经核对：不能代替材料",
    }
    HOLDERS = {"person": "自然人", "org": "法人和其他组织", "asset": "不动产、车辆、船舶等"}

    code = models.CharField("代码", max_length=40, primary_key=True)
    zh = models.CharField("名称", max_length=100)
    en = models.CharField("英文名称", max_length=150, blank=True)
    dept = models.ForeignKey("bundles.Department", models.PROTECT, verbose_name="颁发部门", related_name="+")
    holder = models.CharField("持证主体", max_length=8, choices=HOLDERS)
    id_field = models.CharField("主键字段", max_length=40, help_text="检索和去重用的照面字段")
    fields = models.JSONField("照面字段", default=list, help_text="[字段, 中文, 类型] 的列表")
    national = models.BooleanField("国家级、跨省互认", default=False)
    validity = models.CharField("有效期", max_length=60, blank=True)
    type_code = models.CharField("证照类型代码", max_length=30, blank=True)
    sensitive = models.CharField(
        "敏感个人信息",
        max_length=10,
        choices=Interface.SENSITIVE,
        blank=True,
        default="",
        help_text="个人信息保护法第二十八条的类别；要单独同意",
    )

    trust = models.CharField(
        "可信等级",
        max_length=1,
        choices=TRUST,
        default="A",
        help_text="发证部门没有逐件说明时，这类证照按这一级使用",
    )

    class Meta:
        verbose_name = "证照类型"
        verbose_name_plural = "证照类型"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.zh}（{self.code}）"
