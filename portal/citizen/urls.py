"""Addresses of the pages for people and companies."""

from __future__ import annotations

app_name = "citizen"
urlpatterns: list[object] = []
