"""The service of the client measurements: takes a small record and gives it back. Runs as plain Python too."""

from dataclasses import dataclass


@dataclass
class Request:
    name: str
    count: int
    score: float
    tags: list[str]


def echo(request: Request) -> Request:
    return request
