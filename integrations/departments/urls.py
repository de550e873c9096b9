"""Where departments call back: /callbacks/<department code>."""

from django.urls import path

from integrations.departments import callbacks

app_name = "departments"
urlpatterns = [path("<str:department>", callbacks.receive, name="callback")]
