"""Single matters of the catalogue (单事项目录), the parts that bundles are made of."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from bundles.models.registry import RegistryRow
from bundles.words import as_vector, letter_of, lexemes, sound_of


class Matter(RegistryRow):
    """A matter; `words`, `letter` and `sound` hold how its name is found and ordered, and follow it by themselves.

    `parent` is the main matter (主项) of a sub-matter (子项); `office` the body that handles it where that is not the
    department of the city; `days` the committed working days.
    """

    LEVELS = {"national": "国家级", "province": "省级", "city": "市级", "district": "区县级", "town": "乡镇街道"}
    AUDIENCES = {"person": "个人", "org": "企业", "both": "个人和企业"}
    REACHES = {"national": "全国通办", "province": "全省通办", "city": "本市"}
    ORIGINS = {"library": "随软件提供", "file": "从文件导入", "synthetic": "合成"}

    matter = models.CharField("代码", max_length=60, primary_key=True)
    zh = models.CharField("名称", max_length=150)
    dept = models.ForeignKey("bundles.Department", models.PROTECT, verbose_name="部门", related_name="matters")
    type = models.CharField("权力类型", max_length=20)
    base = models.CharField("基本编码", max_length=12)
    impl = models.CharField("实施编码", max_length=31)
    used_in = models.JSONField("用在哪些一件事", default=list, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, verbose_name="主项", null=True, blank=True, related_name="subs")
    level = models.CharField("层级", max_length=8, choices=LEVELS, default="city")
    region = models.CharField("行政区划代码", max_length=12, blank=True, default="")
    office = models.CharField("实施机关", max_length=100, blank=True, default="")
    audience = models.CharField("为谁办", max_length=6, choices=AUDIENCES, default="both")
    stage = models.CharField("人生大事", max_length=20, blank=True, default="")
    channels = ArrayField(models.CharField(max_length=12), verbose_name="办理方式", default=list, blank=True)
    reach = models.CharField("通办范围", max_length=8, choices=REACHES, default="city")
    instant = models.BooleanField("秒批", default=False)
    paperless = models.BooleanField("零材料", default=False)
    days = models.PositiveSmallIntegerField("承诺时限（工作日）", null=True, blank=True)
    fee = models.CharField("收费", max_length=100, blank=True, default="")
    origin = models.CharField("来源", max_length=9, choices=ORIGINS, default="library", editable=False)
    rank = models.PositiveSmallIntegerField(default=50, editable=False)
    words = SearchVectorField(null=True, editable=False)
    letter = models.CharField(max_length=1, default="#", editable=False)
    sound = models.CharField(max_length=80, blank=True, default="", editable=False)

    class Meta:
        verbose_name = "单事项"
        verbose_name_plural = "单事项"
        ordering = ["matter"]
        indexes = [GinIndex(fields=["words"], name="matter_words", fastupdate=False)]
        constraints = [
            models.CheckConstraint(name="matter_not_its_own_part", condition=~Q(parent=F("matter"))),
            models.CheckConstraint(
                name="matter_level", condition=Q(level__in=["national", "province", "city", "district", "town"])
            ),
            models.CheckConstraint(name="matter_audience", condition=Q(audience__in=["person", "org", "both"])),
            models.CheckConstraint(name="matter_reach", condition=Q(reach__in=["national", "province", "city"])),
            models.CheckConstraint(name="matter_origin", condition=Q(origin__in=["library", "file", "synthetic"])),
            models.CheckConstraint(name="matter_letter", condition=Q(letter__regex=r"^[A-Z#]$")),
        ]

    def __str__(self) -> str:
        return f"{self.zh}（{self.matter}）"

    def index_words(self) -> None:
        """Prepare the search words, the letter, the sound and the rank for the next save."""
        self.index_by(as_vector(lexemes(self.zh)), letter_of(self.zh), sound_of(self.zh))

    def index_by(self, words: Any, letter: str, sound: str) -> None:
        """The same with what was worked out for another matter of the same name."""
        self.words, self.letter, self.sound, self.rank = words, letter, sound, rank_of(self)

    def save(self, **kwargs: Any) -> None:
        self.index_words()
        super().save(**kwargs)


NEAREST = ("city", "district", "town", "province", "national")


def rank_of(matter: Matter) -> int:
    """Which of two matters found alike comes first: one of a bundle, then the nearest office, then the main matter."""
    near = 2 * NEAREST.index(matter.level) + (1 if matter.parent_id else 0)
    return near if matter.used_in else 10 + near
