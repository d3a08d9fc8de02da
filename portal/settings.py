"""Django settings, all of them from environment variables (.env.example lists and explains each)."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(env.text("GENKAN_STATE", str(BASE_DIR / "var")))

DEBUG = env.flag("GENKAN_DEBUG", default=False)
SECRET_KEY = env.text("GENKAN_SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("GENKAN_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("GENKAN_ALLOWED_HOSTS", "localhost,127.0.0.1")
PORTAL_URL = env.text("GENKAN_URL", "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "portal",
    "common",
    "audit",
    "accounts",
    "projects",
    "catalog",
    "costs",
    "environments",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.request_identity",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.session_limits",
    "portal.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.signed_out_htmx",
    "portal.middleware.domain_errors",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
ASGI_APPLICATION = "portal.asgi.application"

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
                "portal.context.navigation",
            ],
        },
    },
]

DATABASES = {"default": env.database(env.text("GENKAN_DATABASE", f"sqlite:///{STATE_DIR}/genkan.sqlite3"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People sign in through Entra ID only (accounts/); there are no passwords.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EntraBackend"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "portal:home"

# A session ends after eight hours, or after one hour without a click (ASVS 7.3).
SESSION_COOKIE_AGE = int(env.number("GENKAN_SESSION_SECONDS", 8 * 3600))
SESSION_IDLE_SECONDS = int(env.number("GENKAN_SESSION_IDLE_SECONDS", 3600))
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.errors.form_too_old"
SESSION_COOKIE_SAMESITE = "Lax"

IS_HTTPS = PORTAL_URL.startswith("https://")
# The prefix keeps other hosts of the domain from planting the cookie; browsers accept it over HTTPS only.
SESSION_COOKIE_NAME = "__Host-genkan" if IS_HTTPS else "genkan"
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrftoken"
CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS and env.flag("GENKAN_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("GENKAN_BEHIND_PROXY", default=False) else None
)
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("GENKAN_TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.text("GENKAN_STATIC_ROOT", str(STATE_DIR / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

EMAIL_BACKEND = env.text("GENKAN_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.text("GENKAN_EMAIL_HOST", "localhost")
EMAIL_PORT = int(env.number("GENKAN_EMAIL_PORT", 25))
EMAIL_HOST_USER = env.text("GENKAN_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("GENKAN_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("GENKAN_EMAIL_TLS", default=False)
EMAIL_FILE_PATH = env.text("GENKAN_EMAIL_FOLDER", str(STATE_DIR / "mail"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("GENKAN_EMAIL_FROM", "Genkan <genkan@localhost>")

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Azure: the same code reaches the real one and the local one; only these values differ.
AZURE_RESOURCE_MANAGER = env.text("GENKAN_AZURE_RESOURCE_MANAGER", "https://management.azure.com").rstrip("/")
AZURE_RESOURCE_MANAGER_SCOPE = env.text("GENKAN_AZURE_RESOURCE_MANAGER_SCOPE", f"{AZURE_RESOURCE_MANAGER}/.default")
AZURE_AUTHORITY = env.text("GENKAN_AZURE_AUTHORITY", "https://login.microsoftonline.com").rstrip("/")
AZURE_IS_PUBLIC_AUTHORITY = AZURE_AUTHORITY.endswith(
    (".microsoftonline.com", ".microsoftonline.us", ".chinacloudapi.cn")
)
AZURE_GRAPH = env.text("GENKAN_AZURE_GRAPH", "https://graph.microsoft.com").rstrip("/")
AZURE_GRAPH_SCOPE = env.text("GENKAN_AZURE_GRAPH_SCOPE", f"{AZURE_GRAPH}/.default")
AZURE_PORTAL = env.text("GENKAN_AZURE_PORTAL", "https://portal.azure.com").rstrip("/")
AZURE_CA_BUNDLE = env.text("GENKAN_AZURE_CA_BUNDLE", "")
AZURE_TENANT_ID = env.text("GENKAN_AZURE_TENANT_ID", "")
# The portal's own identity towards Azure: a managed identity when no secret is given.
AZURE_CLIENT_ID = env.text("GENKAN_AZURE_CLIENT_ID", "")
AZURE_CLIENT_SECRET = env.text("GENKAN_AZURE_CLIENT_SECRET", "")
AZURE_CONNECT_SECONDS = env.number("GENKAN_AZURE_CONNECT_SECONDS", 5)
AZURE_READ_SECONDS = env.number("GENKAN_AZURE_READ_SECONDS", 10)
# The part of Azure Resource Manager's request limits one process may use; 0 switches the budget off (cloud/budget.py).
AZURE_BUDGET_SHARE = env.number("GENKAN_AZURE_BUDGET_SHARE", 0.6)

# Signing in: the app registration people sign in to, and which claim gives which platform role.
ENTRA_CLIENT_ID = env.text("GENKAN_ENTRA_CLIENT_ID", AZURE_CLIENT_ID)
ENTRA_CLIENT_SECRET = env.text("GENKAN_ENTRA_CLIENT_SECRET", AZURE_CLIENT_SECRET)
ENTRA_TENANT_ID = env.text("GENKAN_ENTRA_TENANT_ID", AZURE_TENANT_ID)
ENTRA_GROUP_CATALOG_ADMIN = env.text("GENKAN_ENTRA_GROUP_CATALOG_ADMIN", "")
ENTRA_GROUP_FINANCE = env.text("GENKAN_ENTRA_GROUP_FINANCE", "")
ENTRA_GROUP_PLATFORM_ADMIN = env.text("GENKAN_ENTRA_GROUP_PLATFORM_ADMIN", "")
ENTRA_GROUP_DEVELOPER = env.text("GENKAN_ENTRA_GROUP_DEVELOPER", "")

# One installation's mark on everything it makes; the sweeper touches only what carries it.
INSTANCE_ID = env.text("GENKAN_INSTANCE_ID", "genkan-local")
# Newest first; each is 32 bytes in base64. Secure parameters are encrypted with the first.
ENCRYPTION_KEYS = env.words("GENKAN_ENCRYPTION_KEYS")
# Seals the audit trail; without it a key derived from the secret key does.
AUDIT_KEY = env.text("GENKAN_AUDIT_KEY", "")
TAG_PREFIX = env.text("GENKAN_TAG_PREFIX", "")
CURRENCY = env.text("GENKAN_CURRENCY", "JPY")

# The operations engine (docs/architecture.md): HTTP timeout < step limit < lease.
ENGINE_STEP_LIMIT_SECONDS = env.number("GENKAN_STEP_LIMIT_SECONDS", 50)
ENGINE_LEASE_SECONDS = env.number("GENKAN_LEASE_SECONDS", 60)
ENGINE_POLL_MIN_SECONDS = env.number("GENKAN_POLL_MIN_SECONDS", 5)
ENGINE_POLL_MAX_SECONDS = env.number("GENKAN_POLL_MAX_SECONDS", 60)
ENGINE_MAX_ATTEMPTS = int(env.number("GENKAN_MAX_ATTEMPTS", 8))
ENGINE_RETRY_BASE_SECONDS = env.number("GENKAN_RETRY_BASE_SECONDS", 2)
# A hint that nobody took up is sent again after this time (a flushed broker costs no more than this).
ENGINE_HINT_SECONDS = env.number("GENKAN_HINT_SECONDS", 10)
ENGINE_TICK_SECONDS = env.number("GENKAN_TICK_SECONDS", 2)
ENGINE_SWEEP_SECONDS = env.number("GENKAN_SWEEP_SECONDS", 60)
ENGINE_DRIFT_SECONDS = env.number("GENKAN_DRIFT_SECONDS", 900)

# How often a subscription's charges are loaded again; Azure asks for no more than once a day.
COST_LOAD_SECONDS = env.number("GENKAN_COST_SECONDS", 86_400)

CELERY_BROKER_URL = env.text("GENKAN_BROKER_URL", "redis://localhost:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 25
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 1,
    # A publisher gives up at once (the dispatcher finds the row); the worker has its own, endless, reconnection.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
    "socket_keepalive": True,
}
CELERY_VISIBILITY_TIMEOUT = 120
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "genkan"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_PUBLISH_RETRY = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, AZURE_AUTHORITY],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"identity": {"()": "common.logs.IdentityFilter"}},
    "formatters": {"line": {"()": "common.logs.JsonLine" if not DEBUG else "common.logs.PlainLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["identity"]}},
    "root": {"handlers": ["console"], "level": env.text("GENKAN_LOG_LEVEL", "INFO")},
    "loggers": {
        # The SDK logs every request at INFO, with URLs that may carry signed queries.
        "azure": {"level": "WARNING"},
        "msal": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
    },
}

# The catalog lies below the environments and asks through this name how builds went.
CATALOG_TRACK_RECORDS = "environments.track_records.track_records"

# Every sweep may run twice or on two machines at once; how often is a matter of freshness only.
CELERY_BEAT_SCHEDULE = {
    "dispatch due operations": {"task": "environments.dispatch_due", "schedule": ENGINE_TICK_SECONDS},
    "delete what has ended": {"task": "environments.sweep_expiry", "schedule": ENGINE_SWEEP_SECONDS},
    "remind owners": {"task": "environments.sweep_reminders", "schedule": ENGINE_SWEEP_SECONDS},
    "send mail": {"task": "environments.send_mail", "schedule": ENGINE_SWEEP_SECONDS / 4},
    "compare with Azure": {"task": "environments.sweep_drift", "schedule": ENGINE_SWEEP_SECONDS},
    "end access of leavers": {"task": "environments.sweep_members", "schedule": ENGINE_SWEEP_SECONDS},
    "retry blocked deletions": {"task": "environments.sweep_blocked", "schedule": ENGINE_SWEEP_SECONDS},
    "load costs": {"task": "costs.load_costs", "schedule": ENGINE_SWEEP_SECONDS},
    "follow Entra groups": {"task": "projects.sync_members", "schedule": env.number("GENKAN_MEMBERS_SECONDS", 900)},
    "seal the audit trail": {"task": "audit.seal", "schedule": ENGINE_SWEEP_SECONDS},
    "forget ended sessions": {"task": "accounts.clear_sessions", "schedule": 3600},
}
