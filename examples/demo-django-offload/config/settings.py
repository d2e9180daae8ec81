"""Settings of the demo: SQLite, or the PostgreSQL that DATABASE_URL names; the worker's socket in MOLT_SOCKET."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = os.environ.get("DJANGO_DEBUG", "1") == "1"
# A demo without sessions or logins signs nothing; a real project takes this from its environment.
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "only-for-this-demo")
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = ["flights"]
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    # Gives calls the time that their request has left, and answers for calls that fail: 503 with Retry-After, 504, ...
    "molt_accel.web.django.MoltMiddleware",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = False

# Where the worker listens, and how long a request may take at most; a caller may ask for less by X-Request-Timeout.
MOLT_SOCKET = os.environ.get("MOLT_SOCKET", str(BASE_DIR / "molt.sock"))
MOLT_REQUEST_SECONDS = float(os.environ.get("MOLT_DEADLINE", "2"))


def database(url: str | None) -> dict:
    """Django's settings for postgresql://user:password@host:port/name; a host= parameter may name the folder of a Unix socket."""
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("SQLITE_PATH", str(BASE_DIR / "db.sqlite3"))}
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"DATABASE_URL: expected postgresql://..., got {parts.scheme}://...")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.get("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or query.get("host", "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": 600,
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL"))}
