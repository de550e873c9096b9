"""Celery as the alarm clock: it wakes the pump and the sweep, it never holds the truth.

The settings follow what was measured about Redis as a broker: a killed worker's message comes back within
seconds, and losing every message costs only the time to the next sweep.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
