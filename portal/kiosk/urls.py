"""Addresses of the terminal, and of the phone that takes a photograph for it. Included at the root."""

from __future__ import annotations

from django.urls import path

from portal.kiosk.views import leaving, photos, sign_in, start

app_name = "kiosk"
urlpatterns = [
    path("kiosk/", start.start, name="start"),
    path("kiosk/things/", start.things, name="things"),
    path("kiosk/papers/", start.papers, name="papers"),
    path("kiosk/setup/", start.setup, name="setup"),
    path("kiosk/setup/demo/", start.demo_terminal, name="demo_terminal"),
    path("kiosk/sign-in/", sign_in.sign_in, name="sign_in"),
    path("kiosk/sign-in/card/", sign_in.card, name="card"),
    path("kiosk/sign-in/card/demo/", sign_in.demo_card, name="demo_card"),
    path("kiosk/sign-in/number/", sign_in.number, name="number"),
    path("kiosk/sign-in/code/", sign_in.code, name="code"),
    path("kiosk/leave/", leaving.leave, name="leave"),
    path("kiosk/keep/", leaving.keep, name="keep"),
    path("kiosk/here/", leaving.here, name="here"),
    path("kiosk/longer/", leaving.longer, name="longer"),
    path("kiosk/idle/", leaving.idle, name="idle"),
    path("kiosk/over/", leaving.over, name="over"),
    path("apply/<uuid:case_id>/materials/<str:slot>/phone/", photos.offer, name="photo_offer"),
    path("kiosk/photos/<uuid:link_id>/", photos.arrived, name="photos_arrived"),
    path("photo/<str:secret>/", photos.photo, name="photo"),
]
