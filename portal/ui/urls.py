"""Addresses of the look: choices, the style sheet, the gallery (while developing). Include at the root."""

from __future__ import annotations

from django.urls import path

from portal.ui import views

app_name = "ui"
urlpatterns = [
    path("prefer/", views.prefer, name="prefer"),
    path("ui/look-<slug:mark>.css", views.stylesheet, name="stylesheet"),
    path("ui/components/", views.components, name="components"),
]
