"""Addresses of this face."""

app_name = "counter"
urlpatterns: list[object] = []
