"""The way between HTTP requests and offloaded calls: time, disconnects, errors.

``molt_accel.web.django``, ``.fastapi``, ``.asgi`` and ``.wsgi`` are thin: what they share is here. Importing this needs no framework.
"""

from .problem import Problem, problem_of
from .timeout import parse_timeout, request_seconds

__all__ = ["Problem", "parse_timeout", "problem_of", "request_seconds"]
