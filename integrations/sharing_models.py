"""What the adapters of data sharing must remember: how much of an interface's quota is used."""

from __future__ import annotations

from django.db import models


class QuotaUse(models.Model):
    """Questions put to an interface within one minute or one day, as they were let through."""

    class Span(models.TextChoices):
        MINUTE = "minute"
        DAY = "day"

    code = models.CharField(max_length=64)
    span = models.CharField(max_length=8, choices=Span)
    since = models.DateTimeField()
    used = models.PositiveIntegerField()

    class Meta:
        app_label = "integrations"
        constraints = [models.UniqueConstraint(fields=["code", "span", "since"], name="one_count_per_span")]

    def __str__(self) -> str:
        return f"{self.code} {self.span} {self.used}"
