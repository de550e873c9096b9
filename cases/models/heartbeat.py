"""Signs of life: when a part of the engine was last seen at work."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """The sweep, or a worker that heard the bell: the latest time it was seen at work."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%F %T}"
