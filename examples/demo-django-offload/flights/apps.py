"""The app of the flight records."""

from django.apps import AppConfig


class FlightsConfig(AppConfig):
    name = "flights"
