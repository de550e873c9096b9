"""Addresses for developers. Include at `developers/`."""

from __future__ import annotations

from django.urls import path

from portal.accounts.access import public
from portal.developers import views

app_name = "developers"
urlpatterns = [
    path("departments/", public(views.departments), name="departments"),
    path("departments/files/<str:name>", public(views.file), name="file"),
]
