"""One settings module, read from the environment; ready to run for development, strict in production.

| variable | meaning |
|---|---|
| `PILOT_ENVIRONMENT` | `development` (default), `test` or `production` |
| `DATABASE_URL` | PostgreSQL, as the role that owns nothing (`pilot_web`); for `migrate`, as the owner |
| `REDIS_URL` | Valkey or Redis: broker (database 0) and live progress (database 1) |
| `SECRET_KEY` | signs sessions and invitations; needed in production |
| `SEALING_KEYS` | for secrets kept in the database: the first key seals, all open; needed in production |
| `ALLOWED_HOSTS` | comma-separated host names; needed in production |
| `SITE_ADDRESS` | how people reach us, such as `https://pilot.example.lu`; used in mails |
| `EMAIL_URL`, `MAIL_FROM` | outgoing mail; in development mails are files under `.local/mail` |
| `CONTACT_EMAIL` | where people report barriers; by default the address of `MAIL_FROM` |
| `TRUSTED_PROXIES` | number of proxies in front of the web server |

Each of them may be given as a file instead: `SECRET_KEY_FILE=/run/secrets/secret_key`.
"""

import os
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
ENVIRONMENT = env.str("PILOT_ENVIRONMENT", default="development")
if ENVIRONMENT not in ("development", "test", "production"):
    raise ImproperlyConfigured("PILOT_ENVIRONMENT must be development, test or production.")
IN_PRODUCTION = ENVIRONMENT == "production"
# What this process does: web, worker, beat, sweep or manage. Start-up checks and broker time-outs depend on it.
PROCESS = env.str("PILOT_PROCESS", default="manage")


def needed_in_production(name, otherwise):
    """A value that may have a default everywhere but in production."""
    if IN_PRODUCTION:
        return env.str(name)
    return env.str(name, default=otherwise)


DEBUG = False
SECRET_KEY = needed_in_production("SECRET_KEY", "only-for-development-and-tests")
# `python3 .docker/make_secrets.py` makes one. To change it: the new key first, then `manage.py reseal --commit`.
SEALING_KEYS = needed_in_production("SEALING_KEYS", "b25seS1mb3ItZGV2ZWxvcG1lbnQtYW5kLXRlc3RzISE=").split(",")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if IN_PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
if IN_PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts that we answer for.")
SITE_ADDRESS = needed_in_production("SITE_ADDRESS", "http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "pilot.apps.PilotConfig",
    "allauth",
    "allauth.account",
    "organisations",
    "assessments",
    "mentoring",
    "upskilling",
    "reporting",
    "pilot.apps.PilotAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "pilot.middleware.refuse_large_bodies",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "pilot.middleware.speak_the_users_language",
    "pilot.middleware.keep_private",
    "pilot.middleware.refuse_nul_bytes",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "pilot.urls"
WSGI_APPLICATION = "pilot.wsgi.application"

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "pilot.navigation.navigation",
            ]
        },
    }
]

# --- Data -------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://pilot_web@127.0.0.1:5432/pilot")}
DATABASES["default"] |= {"ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The web and worker processes log in as WEB_ROLE; work across organisations switches to PLATFORM_ROLE for the length
# of a transaction (organisations.scope). Neither owns a table nor bypasses row-level security.
WEB_ROLE = "pilot_web"
PLATFORM_ROLE = "pilot_platform"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    # Rate limits and sessions must work without Redis, so the default cache is a table.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Progress of running jobs: nice to have, never needed.
    "progress": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "progress",
        "OPTIONS": {"db": 1, "socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    },
}

# --- Jobs -------------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "Europe/Luxembourg"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
if PROCESS != "worker":
    # Publishing to a Redis that hangs would block a request for ever.
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "socket_connect_timeout": 0.5,
        "socket_timeout": 0.5,
        "max_retries": 0,
    }
    CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {
    "leavers": {"task": "organisations.tasks.tidy_people", "schedule": timedelta(hours=1)},
    "quarterly-report": {"task": "reporting.tasks.request_due_report", "schedule": timedelta(hours=6)},
    "quarantine": {"task": "assessments.tasks.request_clearing", "schedule": timedelta(hours=6)},
    "pix-connections": {"task": "assessments.tasks.request_syncs", "schedule": timedelta(hours=1)},
    "figures": {"task": "assessments.tasks.request_refreshes", "schedule": timedelta(hours=6)},
    "follow-ups": {"task": "organisations.tasks.request_follow_ups", "schedule": timedelta(hours=6)},
}

RUN_LEASE = timedelta(minutes=15)  # longer than CELERY_TASK_TIME_LIMIT: a live worker never loses its run
RUN_TRIES = 5

# --- People and sessions ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if ENVIRONMENT == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

ACCOUNT_ADAPTER = "pilot.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses are proven by the invitation that was sent to them
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"interest": "5/5m/ip"}  # besides allauth's own: expressions of interest
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if IN_PRODUCTION else 0)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
INVITATION_DAYS = 7

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if IN_PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Mail -------------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "MAIL_FROM", default="Digital Skills Readiness Pilot <pilot@localhost>"
)
# Where people report what they cannot use; shown on the accessibility page.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="") or parseaddr(DEFAULT_FROM_EMAIL)[1]
if IN_PRODUCTION:
    vars().update(env.email("EMAIL_URL"))
    EMAIL_TIMEOUT = 10
elif ENVIRONMENT == "development":
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = env.str("MAIL_DIRECTORY", default=str(BASE_DIR / ".local" / "mail"))

# --- Languages, static files ------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("fr", "Français"), ("de", "Deutsch"), ("en", "English"), ("lb", "Lëtzebuergesch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["pilot.formats"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Luxembourg"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In production `collectstatic` gathers the files there; elsewhere they are served from where they are.
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "collected") if IN_PRODUCTION else None
WHITENOISE_USE_FINDERS = not IN_PRODUCTION
WHITENOISE_AUTOREFRESH = False
if IN_PRODUCTION:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# --- Participants -----------------------------------------------------------------------------------------------------

# A directory for each version of the information notice; the last by name counts.
NOTICES = BASE_DIR / "organisations" / "data" / "notices"
QUARANTINE_DAYS = 90  # results of somebody who has not read the notice are deleted after this time
ESF_ENTRY_DAYS = 28  # to answer the questions of the ESF+ record, from the day of entry
# Asked only when the managing authority wants it in writing: disability, third_country_national, foreign_background.
ESF_QUESTIONS_ON_REQUEST = env.list("ESF_QUESTIONS_ON_REQUEST", default=[])

# --- Limits -----------------------------------------------------------------------------------------------------------

STAFF_FILE_MAX_BYTES = 20_000_000
STAFF_FILE_MAX_ROWS = 50_000
STAFF_FILE_MAX_COLUMNS = 200
STAFF_FILE_AT_ONCE_ROWS = 2_000  # longer files are checked and written by a worker
STAFF_REPAIR_MAX_ROWS = 5_000  # refused rows in one workbook for repair
EXPORT_AT_ONCE_ROWS = 2_000  # longer lists of people are written by a worker
EXPORT_KEPT = timedelta(days=7)
ENROLMENT_LINK_LONGEST = timedelta(days=365)
ORGANISATION_FILE_MAX_ROWS = 500
PIX_MAX_BYTES = 30_000_000
PIX_MAX_ROWS = 100_000
PIX_SYNC_EVERY = timedelta(hours=6)  # what is new at Pix
PIX_FULL_SYNC_EVERY = timedelta(days=7)  # everything again: the only way to find what was deleted there
SMALLEST_PUBLISHED_COUNT = 5  # may be raised, never lowered
# Larger request bodies are refused before they are read (pilot.middleware); files are judged one by one later.
LARGEST_BODY = max(STAFF_FILE_MAX_BYTES, PIX_MAX_BYTES) + 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["organisations.api_access.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "organisations.api_access.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["organisations.api_access.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": "600/minute"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Digital Skills Readiness Pilot",
    "DESCRIPTION": "Read access to the data of one organisation, for a token bound to it.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without_secret_links": {"()": "pilot.logs.WithoutSecretLinks"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_secret_links"],
        }
    },
    "root": {
        "handlers": ["console"],
        "level": os.environ.get("LOG_LEVEL", "INFO" if IN_PRODUCTION else "WARNING"),
    },
}
