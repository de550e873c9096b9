"""What every environment shares. Values that differ by place come from environment variables (docs/operator.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from portal.settings.admin import UNFOLD  # noqa: F401
from portal.settings.logs import LOGGING  # noqa: F401

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PORTAL_URL])

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "bundles",
    "cases",
    "integrations",
    "portal.accounts",
    "portal.ui",
    "portal.citizen",
    "portal.counter",
    "portal.kiosk",
    "portal.api",
    "portal.demo",
    "portal.seed_check",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.accounts.middleware.ThinDoor",
    "portal.ui.packing.PackedPages",
    "portal.ui.content_policy.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portal.ui.spoken.SpokenPages",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.acting.ActingFor",
    "portal.kiosk.middleware.KioskDoor",
    "portal.accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.citizen.mandated.MandateGate",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.ui.errors.NotPosted",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.ui.context.preferences",
                "portal.kiosk.context.terminal",
            ],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {"default": env.db("DATABASE_URL")}
# A session that has just begun knows no tables and no plans: the first answers over it take some 20 ms longer.
DATABASES["default"].update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True, ATOMIC_REQUESTS=False)
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3,
    # A line that hangs: the server cannot end what it does not hear, so the connection itself gives up (Linux).
    keepalives=1,
    keepalives_idle=5,
    keepalives_interval=2,
    keepalives_count=3,
    tcp_user_timeout=15_000,
    # What is prepared (cases.prepared) is planned once and for any values; nothing else is prepared.
    options="-c statement_timeout=30000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=20000"
    " -c plan_cache_mode=force_generic_plan",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # Redis may be away for a day; the worker sweeps on and does not give up
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# A message is gone once it is taken: it carries nothing, and every worker sweeps what is unfinished.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "ack_emulation": False,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "health_check_interval": 10,
}
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "cases.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "accounts": {"task": "accounts.round", "schedule": 30.0, "options": {"expires": 30}},
}
SWEEP_INTERVAL_S = 5.0
# Tests of the engine run the pump by hand; everywhere else an accepted act wakes it through the bell in Redis.
NUDGE_THROUGH_BROKER = True

AUTH_USER_MODEL = "accounts.Account"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
# Where pages hear of news (python -m portal.push): an address, a path on this host ("/push"), or ":port/path" on this
# host; empty where nothing pushes, and pages ask by themselves.
PUSH_URL = env.str("PUSH_URL", default="")
# Demo people sign in with one tap. Never in production: prod.py refuses to start with it.
DEMO_SIGN_IN = False
# Three administrators instead of one (三员分立): what an account may do in the administration follows from its duty
# alone, also for superusers (portal/accounts/duties.py).
SEPARATED_DUTIES = True
# A dotted path to a class with `begin(request)` and `complete(request) -> Identity`: the city's 统一身份认证.
IDENTITY_PROVIDER = env.str("IDENTITY_PROVIDER", default="")

LANGUAGE_CODE = "zh-hans"
# Traditional characters have no catalogue: pages are turned over as they leave (portal/ui/script.py).
LANGUAGES = [("zh-hans", _("简体中文")), ("zh-hant", _("繁體中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media"))
STORAGES = {
    "default": {"BACKEND": "cases.protection.EncryptedStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
UPLOAD_MAX_BYTES = 10 * 1024 * 1024

# Which register says who represents a body by law.
BODY_REGISTER = env.str("BODY_REGISTER", default="ENT_BASIC")
# How many people one may let act at a time: a body its agents, a person its delegates; and for how many one may act.
MOST_AGENTS = env.int("MOST_AGENTS", default=20)
MOST_DELEGATES = env.int("MOST_DELEGATES", default=3)
MOST_PRINCIPALS = env.int("MOST_PRINCIPALS", default=5)

# Keys of personal fields and files: "id:base64 of 32 bytes", the first one seals, all of them open.
PORTAL_KEYS = env.list("PORTAL_KEYS")
PORTAL_INDEX_KEY = env.str("PORTAL_INDEX_KEY")

# Adapters, found by name so that cases never imports integrations.
WSGI_DOORS = ["integrations.departments.door.CallbackDoor"]  # in front of Django, the outermost last
DEPARTMENT_GATEWAY = "integrations.departments.gateway.HttpGateway"
REGISTER = "integrations.registers.http.HttpRegister"
LICENCE_LIBRARY = "integrations.licences.http.HttpLicenceLibrary"
ACCOUNT_FOR = "portal.accounts.people.account_for"
# Whether searches for entitled people begin at night by themselves; `manage.py find_entitled` always can.
SEARCH_BY_ITSELF = env.bool("SEARCH_BY_ITSELF", default=True)
# Messages to people: "log" leaves them in the portal, "http" sends them through the city's gateway besides.
NOTIFIERS = {
    "log": "integrations.notifications.log.LogNotifier",
    "http": "integrations.notifications.http.HttpNotifier",
}
NOTIFIER = NOTIFIERS[env.str("MESSAGE_CHANNEL", default="log")]
# Under which code the message gateway is configured among the departments' systems.
MESSAGE_GATEWAY = env.str("MESSAGE_GATEWAY", default="MSG")
# From which hour to which no message goes to a phone but those somebody waits for; equal hours: no quiet at all.
MESSAGES_QUIET_FROM = env.int("MESSAGES_QUIET_FROM", default=22)
MESSAGES_QUIET_UNTIL = env.int("MESSAGES_QUIET_UNTIL", default=7)
# Working days: until a department answers a question, until it answers an urging, until an item may be urged again.
QUESTION_ANSWER_DAYS = env.int("QUESTION_ANSWER_DAYS", default=2)
URGE_ANSWER_DAYS = env.int("URGE_ANSWER_DAYS", default=1)
URGE_AGAIN_DAYS = env.int("URGE_AGAIN_DAYS", default=5)
# E-mail to the people of departments: smtp+tls://user:password@host:587, or consolemail:// and filemail:///folder.
MAILER = "integrations.notifications.mail.DjangoMailer"
vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="desk@localhost")
DOCUMENT_RENDERER = "integrations.documents.typeset.TypesetPapers"
PAYMENT_GATEWAY = "integrations.payments.http.HttpPaymentGateway"
# Under which code the payment channel is configured among the departments' systems.
PAYMENT_CHANNEL = env.str("PAYMENT_CHANNEL", default="PAY")
# The systems of the demonstration: one process plays all departments. Empty where real ones are configured.
MOCK_URL = env.str("MOCK_URL", default="http://127.0.0.1:8765")
MOCK_MASTER_SECRET = env.str("MOCK_MASTER_SECRET", default="mock-departments-demo")
# Inner networks that adapters may connect to (the city's government extranet), as CIDR; public addresses always pass.
OUTBOUND_NETWORKS = env.list("OUTBOUND_NETWORKS", default=[])
# Functions that name alarms of the adapters, for /healthz.
HEALTH_CHECKS = ["integrations.systems.warnings.alarms", "portal.accounts.lateness.alarms"]
# Functions that throw away what the adapters need no more, called by the sweep once an hour.
TIDY_UP = [
    "integrations.quotas.forget_old",
    "cases.actions.papers.piles.forget_old",
    "cases.actions.engine.rounds.forget_old",
    "portal.kiosk.tidying.forget_old",
]
# Hosts that departments' systems may be on, besides those the administration lists: names, or `*.` and a suffix.
OUTBOUND_HOSTS = env.list("OUTBOUND_HOSTS", default=[])
# Working days within which a department calls back after a bad rating (差评); places set it from 5 to 15.
RATING_REPAIR_DAYS = env.int("RATING_REPAIR_DAYS", default=15)
REGION_CODE = env.str("REGION_CODE", default="350200")
DOMAIN_LIBRARY = BASE_DIR / "bundles" / "library"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
# What the theme of the administration needs beside it (portal/ui/content_policy.py).
CONTENT_SECURITY_POLICY_BY_PREFIX = {
    "/admin/": {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.errors.answer_error",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "One-thing portal API",
    "DESCRIPTION": "Catalogue, filing and case status of bundled government services (一件事).",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
}
