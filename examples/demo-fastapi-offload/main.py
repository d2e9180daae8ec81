"""The same endpoint twice: with the CPU part as plain Python, and with the CPU part in the Molt worker."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated, NamedTuple

from fastapi import Depends, FastAPI, HTTPException, Query
from molt_accel import molt_offload
from molt_accel.web.fastapi import install
from pydantic import BaseModel, Field

from database import BASE_DIR, database
from delay_risk import DelayRisk, delay_risk

DEADLINE = float(os.environ.get("MOLT_DEADLINE", "2"))

app = FastAPI(title="Delay risk")
# Gives calls the time that their request has left, ends them when its client goes away, and answers for calls that fail: 503 with Retry-After, 504, ...
install(app, default=DEADLINE)


@molt_offload(
    export="delay_risk",
    socket=os.environ.get("MOLT_SOCKET", str(BASE_DIR / "molt.sock")),
    deadline=DEADLINE,
)
async def offloaded(delays: list[int], slack: int, resamples: int, seed: int) -> DelayRisk:
    return delay_risk(delays, slack, resamples, seed)


class Asked(BaseModel):
    """The query parameters of /risk/..."""

    origin: str = Field(pattern="^[A-Z]{3}$")
    destination: str = Field("", pattern="^([A-Z]{3})?$")
    slack: int = Field(15, ge=-60, le=600)
    resamples: int = Field(2000, ge=1, le=1_000_000)
    limit: int = Field(300, ge=1, le=1000)
    seed: int = Field(1, ge=0, lt=2**32)


class Answer(BaseModel):
    """A DelayRisk with the route it is of."""

    origin: str
    destination: str | None
    slack: int
    flights: int
    mean: float
    mean_low: float
    mean_high: float
    late: float


class Question(NamedTuple):
    """What was asked, with the delays of the flights it is about."""

    asked: Asked
    delays: list[int]


def question(asked: Annotated[Asked, Query()]) -> Question:
    delays = database.latest_delays(asked.origin, asked.destination, asked.limit)
    if not delays:
        raise HTTPException(404, "no flights on this route")
    return Question(asked, delays)


def answer(asked: Asked, risk: DelayRisk) -> Answer:
    return Answer(origin=asked.origin, destination=asked.destination or None, slack=asked.slack, **asdict(risk))


@app.get("/risk/baseline")
def risk_baseline(question: Annotated[Question, Depends(question)]) -> Answer:
    """Computed here, by CPython, in a thread so that the event loop stays free."""
    asked, delays = question
    return answer(asked, delay_risk(delays, asked.slack, asked.resamples, asked.seed))


@app.get("/risk/offload")
async def risk_offload(question: Annotated[Question, Depends(question)]) -> Answer:
    """Computed in the worker, from the same source."""
    asked, delays = question
    return answer(asked, await offloaded(delays, asked.slack, asked.resamples, asked.seed))
