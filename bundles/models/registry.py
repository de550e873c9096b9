"""What all registry rows share: a code, and a mark of the shipped entry they came from."""

from __future__ import annotations

from django.db import models


class RegistryRow(models.Model):
    """A row of a registry. `shipped` remembers the shipped entry, so that a new delivery updates only what it changes
    and never undoes what an administrator has edited."""

    shipped = models.CharField("随软件提供的版本", max_length=64, blank=True, editable=False)
    updated_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        abstract = True
