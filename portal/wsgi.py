"""WSGI entry point of the portal."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from portal.startup import keep_what_is_loaded, load_pages

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
application = get_wsgi_application()
for door in settings.WSGI_DOORS:
    application = import_string(door)(application)
load_pages()
keep_what_is_loaded()
