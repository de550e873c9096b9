"""Development and demonstration: debug pages, readable logs, demo people."""

from portal.settings.base import *
from portal.settings.base import LOGGING, env

DEBUG = env.bool("DEBUG", default=True)
DEMO_SIGN_IN = True
SEPARATED_DUTIES = False  # one demo person configures everything
OUTBOUND_NETWORKS = env.list("OUTBOUND_NETWORKS", default=["127.0.0.0/8", "::1/128"])  # mock departments
LOGGING["handlers"]["default"]["formatter"] = "console"
