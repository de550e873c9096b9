"""Where the payment channel calls back: /callbacks/payments/."""

from django.urls import path

from integrations.payments import callbacks

app_name = "payments"
urlpatterns = [path("", callbacks.receive, name="callback")]
