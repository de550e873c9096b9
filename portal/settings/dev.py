"""Development and demonstration: debug pages, readable logs, demo people."""

from portal.settings.base import *  # noqa: F403
from portal.settings.base import LOGGING, env

DEBUG = env.bool("DEBUG", default=True)
DEMO_SIGN_IN = True
LOGGING["handlers"]["default"]["formatter"] = "console"
