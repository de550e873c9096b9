"""Addresses of the look: choices, the style sheet, the gallery (while developing). Include at the root."""

from __future__ import annotations

from django.urls import path

from portal.accounts.access import public
from portal.ui import install, views

app_name = "ui"
urlpatterns = [
    path("prefer/", public(views.prefer), name="prefer"),
    path("ui/look-<slug:mark>.css", public(views.stylesheet), name="stylesheet"),
    path("manifest.webmanifest", public(install.manifest), name="manifest"),
    path("offline/", public(install.offline), name="offline"),
    path("worker.js", public(install.worker), name="worker"),
    path("ui/components/", public(views.components), name="components"),
]
