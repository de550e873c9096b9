"""Celery runs the workers and wakes the sweep; it never holds the truth. What wakes the pump is `cases.alarm`.

Losing a message, or all of them, costs only the time to the next sweep; so none is ever put back.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready
from kombu.transport.redis import Channel

from portal.startup import keep_what_is_loaded, load_engine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

# A worker whose Redis dies in the middle of a task would try to put the task back there, fail, and end itself.
Channel.do_restore = False

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def begin(**_: Any) -> None:
    load_engine()
    keep_what_is_loaded()
