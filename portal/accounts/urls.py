"""Addresses of sign-in and sign-out."""

from django.urls import path

from portal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-in/demo/", views.demo_sign_in, name="demo_sign_in"),
    path("sign-in/identity/", views.begin_identity, name="begin_identity"),
    path("sign-in/identity/return/", views.complete_identity, name="complete_identity"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
