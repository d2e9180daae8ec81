"""The flights, in SQLite or in the PostgreSQL that DATABASE_URL names, through the plain driver of each.

FastAPI runs sync dependencies in a pool of threads; each thread keeps one connection.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import psycopg

BASE_DIR = Path(__file__).resolve().parent

TABLE = """
CREATE TABLE IF NOT EXISTS flight (
    id {key},
    date VARCHAR(16) NOT NULL,
    delay INTEGER NOT NULL,
    distance INTEGER NOT NULL,
    origin VARCHAR(3) NOT NULL,
    destination VARCHAR(3) NOT NULL
)
"""
INDEX = "CREATE INDEX IF NOT EXISTS flight_by_origin ON flight (origin, date DESC, id DESC)"
LATEST = "SELECT delay FROM flight WHERE origin = {0} AND ({0} = '' OR destination = {0}) ORDER BY date DESC, id DESC LIMIT {0}"


class Database:
    """Connections to one database, one per thread."""

    def __init__(self, url: str | None) -> None:
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError(f"DATABASE_URL: expected postgresql://..., got {url.partition(':')[0]}://...")
        self._url = url
        self._threads = threading.local()
        self._mark = "%s" if url else "?"

    def connection(self) -> Any:
        connection = getattr(self._threads, "connection", None)
        if connection is None or getattr(connection, "broken", False):
            if self._url:
                connection = psycopg.connect(self._url, autocommit=True)
            else:
                connection = sqlite3.connect(os.environ.get("SQLITE_PATH", BASE_DIR / "db.sqlite3"), isolation_level=None)
            self._threads.connection = connection
        return connection

    def latest_delays(self, origin: str, destination: str, limit: int) -> list[int]:
        """Delays of the latest flights of a route, or of all flights from its origin."""
        cursor = self.connection().cursor()
        cursor.execute(LATEST.format(self._mark), (origin, destination, destination, limit))
        return [delay for (delay,) in cursor.fetchall()]

    def fill(self, records: list[tuple[str, int, int, str, str]]) -> int:
        """Makes the table and fills it once; how many flights there are."""
        cursor = self.connection().cursor()
        cursor.execute("BEGIN")
        cursor.execute(TABLE.format(key="BIGSERIAL PRIMARY KEY" if self._url else "INTEGER PRIMARY KEY"))
        cursor.execute(INDEX)
        cursor.execute("SELECT count(*) FROM flight")
        if cursor.fetchone()[0] == 0:
            marks = ", ".join([self._mark] * 5)
            cursor.executemany(f"INSERT INTO flight (date, delay, distance, origin, destination) VALUES ({marks})", records)
        cursor.execute("SELECT count(*) FROM flight")
        count = int(cursor.fetchone()[0])
        cursor.execute("COMMIT")
        return count


database = Database(os.environ.get("DATABASE_URL"))
