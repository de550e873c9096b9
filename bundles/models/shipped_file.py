"""Files of the library as they were last loaded: an unchanged file is not read again."""

from __future__ import annotations

from django.db import models


class ShippedFile(models.Model):
    """`name` is the path inside the library, `digest` the SHA-256 of its bytes when it was loaded."""

    name = models.CharField(max_length=120, primary_key=True)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name
