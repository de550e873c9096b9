"""Marks that change with every write to a part of the catalogue, so that caches notice it with one tiny read."""

from __future__ import annotations

import uuid

from django.db import models


class Stamp(models.Model):
    """`registry`, `calendar` or `bundles`. Database triggers renew the mark; a rolled-back write leaves the old one."""

    part = models.CharField(max_length=16, primary_key=True)
    mark = models.UUIDField(default=uuid.uuid4)
