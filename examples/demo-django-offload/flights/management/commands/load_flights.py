"""`manage.py load_flights`: fills the table with the records, once."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from flight_records import flight_records
from flights.models import Flight


class Command(BaseCommand):
    help = "Loads the flight records into the database; does nothing when they are there."

    def handle(self, *args: object, **options: object) -> None:
        if Flight.objects.exists():
            self.stdout.write(f"{Flight.objects.count()} flights are there already")
            return
        with transaction.atomic():
            Flight.objects.bulk_create([Flight(**record._asdict()) for record in flight_records(settings.BASE_DIR)], batch_size=1000)
        self.stdout.write(f"loaded {Flight.objects.count()} flights")
