"""A demonstration in containers: as in production, but with demo people, without TLS, towards inner addresses.

Never where real people file: everybody can be anybody here.
"""

from portal.settings.prod import *

DEMO_SIGN_IN = True
SEPARATED_DUTIES = False  # one demo person configures everything
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = False
SESSION_COOKIE_NAME = "session"
CSRF_COOKIE_SECURE = False
CSRF_COOKIE_NAME = "csrf"
OUTBOUND_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
