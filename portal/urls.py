"""Addresses of the whole portal; each face keeps its own."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from portal.accounts.access import public
from portal.health import healthz

urlpatterns = [
    path("admin/", admin.site.urls),
    path("callbacks/payments/", include("integrations.payments.urls")),
    path("callbacks/", include("integrations.departments.urls")),
    path("api/v1/", include("portal.api.v1.urls")),
    path("healthz", healthz, name="healthz"),
    path("language/", public(set_language), name="set_language"),
    path("", include("portal.ui.urls")),
    path("", include("portal.accounts.urls")),
    path("desk/", include("portal.counter.urls")),
    path("developers/", include("portal.developers.urls")),
    path("", include("portal.kiosk.urls")),
    path("", include("portal.citizen.urls")),
]

handler400 = "portal.ui.errors.bad_request"
handler403 = "portal.ui.errors.forbidden"
handler404 = "portal.ui.errors.not_found"
handler500 = "portal.ui.errors.server_error"
