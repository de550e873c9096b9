"""Single matters of the catalogue (单事项目录), the parts that bundles are made of."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from bundles.models.registry import RegistryRow
from bundles.words import as_vector, lexemes


class Matter(RegistryRow):
    """A matter; `words` holds its bigrams and pinyin for the search and follows the name by itself."""

    matter = models.CharField("代码", max_length=60, primary_key=True)
    zh = models.CharField("名称", max_length=150)
    dept = models.ForeignKey("bundles.Department", models.PROTECT, verbose_name="部门", related_name="matters")
    type = models.CharField("权力类型", max_length=20)
    base = models.CharField("基本编码", max_length=12)
    impl = models.CharField("实施编码", max_length=31)
    used_in = models.JSONField("用在哪些一件事", default=list, blank=True)
    words = SearchVectorField(null=True, editable=False)

    class Meta:
        verbose_name = "单事项"
        verbose_name_plural = "单事项"
        ordering = ["matter"]
        indexes = [GinIndex(fields=["words"], name="matter_words")]

    def __str__(self) -> str:
        return f"{self.zh}（{self.matter}）"

    def index_words(self) -> None:
        """Prepare the search words for the next save."""
        self.words = as_vector(lexemes(self.zh))

    def save(self, **kwargs: Any) -> None:
        self.index_words()
        super().save(**kwargs)
