"""`python load_flights.py`: fills the table with the records, once."""

from database import BASE_DIR, database
from flight_records import flight_records

if __name__ == "__main__":
    print(f"{database.fill(flight_records(BASE_DIR))} flights are there")
