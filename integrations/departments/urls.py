"""Where departments call back and fetch files: /callbacks/<department code>."""

from django.urls import path

from integrations.departments import callbacks, materials

app_name = "departments"
urlpatterns = [
    path("<str:department>", callbacks.receive, name="callback"),
    path("<str:department>/materials/<str:token>", materials.fetch, name="material"),
]
