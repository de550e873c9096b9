"""WSGI entry point of the portal."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.module_loading import import_string

from portal.startup import keep_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
application = get_wsgi_application()
for door in settings.WSGI_DOORS:
    application = import_string(door)(application)
# Read every address now: workers forked later share what this imports, and no first visitor waits for it.
_ = get_resolver().url_patterns
keep_what_is_loaded()
