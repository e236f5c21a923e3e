"""Django's settings, read from SIYU_HOME and a few environment variables (see README)."""

import os

from csp.constants import NONE, SELF

from siyu.config.database import database_of
from siyu.config.home import home, load_secrets
from siyu.config.logging import configure_logging

SIYU_HOME = str(home())
_secrets = load_secrets()
SIYU_KEYRING = _secrets.keyring
SECRET_KEY = _secrets.django_key
DEBUG = False

SIYU_ENGINE = os.environ.get("SIYU_ENGINE", "duckdb")
SIYU_MEMORY_MB = int(os.environ.get("SIYU_MEMORY_MB", "8192"))
# Webhooks may post to this network of ours, and without encryption, only where this says so.
SIYU_WEBHOOKS_PRIVATE = os.environ.get("SIYU_WEBHOOKS_PRIVATE", "") == "1"
SIYU_WEB_MEMORY_MB = int(os.environ.get("SIYU_WEB_MEMORY_MB", "512"))
SIYU_RED_RISES = os.environ.get("SIYU_RED_RISES", "1") == "1"
_hosts = os.environ.get("SIYU_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
SIYU_BEHIND_PROXY = os.environ.get("SIYU_BEHIND_PROXY", "0") == "1"
_https = os.environ.get("SIYU_HTTPS", "0") == "1"

ALLOWED_HOSTS = [host.strip() for host in _hosts if host.strip()]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if SIYU_BEHIND_PROXY and _https else None
)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if _https else []
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "siyu.rooms.operations",
    "siyu.rooms.organization",
    "siyu.rooms.ledger",
    "siyu.rooms.sellers",
    "siyu.rooms.customers",
    "siyu.rooms.communities",
    "siyu.rooms.catalog",
    "siyu.rooms.content",
    "siyu.rooms.orders",
    "siyu.rooms.credit",
    "siyu.rooms.plans",
    "siyu.rooms.commissions",
    "siyu.rooms.settlement",
    "siyu.rooms.insights",
    "siyu.rooms.reports",
    "siyu.rooms.segments",
    "siyu.rooms.campaigns",
    "siyu.rooms.coaching",
    "siyu.rooms.outreach",
    "siyu.rooms.dispatch",
    "siyu.rooms.webhooks",
    "siyu.faces",
    "siyu.faces.workbench",
    "siyu.faces.headquarters",
    "siyu.faces.open_api",
    # Its static files, so that the page of the API comes from here and from no one else.
    "ninja",
    "siyu.config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "siyu.faces.middleware.ViewerMiddleware",
    "siyu.faces.open_api.problems.MethodProblems",
]
ROOT_URLCONF = "siyu.config.urls"
WSGI_APPLICATION = "siyu.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "siyu.faces.context.siyu",
            ],
            "builtins": ["siyu.faces.templatetags.siyu"],
        },
    }
]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
DATABASES = {"default": database_of(os.environ.get("SIYU_DATABASE_URL", ""), home())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organization.Staff"
AUTHENTICATION_BACKENDS = ["siyu.config.authentication.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "siyu.faces.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # WeUI and Tabler draw their small icons as data: pictures in the style sheet.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_485_760

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = str(home() / "static")
(home() / "static").mkdir(exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

LOGGING_CONFIG = None
configure_logging()
