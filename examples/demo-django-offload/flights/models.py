"""One table of flights."""

from django.db import models


class Flight(models.Model):
    """A flight: when it should leave (local time, as text that sorts), how late it was in minutes, and its route."""

    date = models.CharField(max_length=16)
    delay = models.IntegerField()
    distance = models.IntegerField()
    origin = models.CharField(max_length=3)
    destination = models.CharField(max_length=3)

    class Meta:
        indexes = [models.Index(fields=["origin", "-date", "-id"], name="flight_by_origin")]
