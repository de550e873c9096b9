"""What people say instead of a bundle's official name (生孩子 for 新生儿出生)."""

from __future__ import annotations

from django.db import models


class Synonym(models.Model):
    word = models.CharField("说法", max_length=60)
    bundle = models.ForeignKey("bundles.Bundle", models.CASCADE, verbose_name="一件事", related_name="synonyms")
    enabled = models.BooleanField("启用", default=True, help_text="停用而不删除，随软件提供的说法才不会再次加回")

    class Meta:
        verbose_name = "同义说法"
        verbose_name_plural = "同义说法"
        ordering = ["bundle", "word"]
        constraints = [models.UniqueConstraint(fields=["word", "bundle"], name="one_synonym_a_word_and_bundle")]

    def __str__(self) -> str:
        return self.word
