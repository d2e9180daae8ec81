"""The ASGI application, for uvicorn. Around it, what ends the calls of a client that goes away."""

import os

from django.core.asgi import get_asgi_application
from molt_accel.web.asgi import MoltMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = MoltMiddleware(get_asgi_application())
