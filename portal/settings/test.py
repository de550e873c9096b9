"""Tests: the real PostgreSQL, cheap passwords, everything else as in production."""

from portal.settings.base import *
from portal.settings.base import DATABASES, LOGGING, env

DEMO_SIGN_IN = True
SEPARATED_DUTIES = False  # the tests of the administration are about something else
SEARCH_BY_ITSELF = False
OUTBOUND_NETWORKS = ["127.0.0.0/8", "::1/128"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING["handlers"]["default"]["formatter"] = "console"
LOGGING["root"]["level"] = "WARNING"
ALLOWED_HOSTS = ["*"]
WHITENOISE_AUTOREFRESH = True
# Every test database is a copy of this one, where the door has made it.
DATABASES["default"]["TEST"] = {"TEMPLATE": env.str("TEST_TEMPLATE", default="template0")}
