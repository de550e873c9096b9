"""Addresses of the look: choices, the style sheet, the gallery (while developing). Include at the root."""

from __future__ import annotations

from django.urls import path

from portal.accounts.access import public
from portal.ui import views

app_name = "ui"
urlpatterns = [
    path("prefer/", public(views.prefer), name="prefer"),
    path("ui/look-<slug:mark>.css", public(views.stylesheet), name="stylesheet"),
    path("ui/components/", public(views.components), name="components"),
]
