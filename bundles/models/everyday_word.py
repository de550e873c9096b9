"""Everyday and regional words and what they mean in plain official Chinese (细路 means 孩子)."""

from __future__ import annotations

from django.db import models

from bundles.models.registry import RegistryRow


class EverydayWord(RegistryRow):
    """A word that people type; the search reads it as any of `means` too. It belongs to no bundle."""

    word = models.CharField("说法", max_length=30, primary_key=True)
    means = models.JSONField("就是说", default=list)

    class Meta:
        verbose_name = "日常用语"
        verbose_name_plural = "日常用语"
        ordering = ["word"]

    def __str__(self) -> str:
        return self.word
