"""The questions that both routes of a demo must answer alike, byte by byte."""

from __future__ import annotations

import random

from .servers import Response, get

AIRPORTS = ("ORD", "DFW", "ATL", "LAX", "PHX", "EWR")


def questions(count: int) -> list[str]:
    """Query strings from a seed: routes of all sizes, few and many resamples, every kind of seed, and some that must be refused."""
    random_ = random.Random(20010331)
    made = ["origin=ORD", "origin=ORD&destination=LAX", "origin=ORD&limit=1&resamples=1", "origin=ORD&seed=0", "origin=ORD&seed=2654435769"]
    made += ["origin=ORD&seed=4294967295&slack=-60", "origin=QQQ", "origin=ord", "", "origin=ORD&resamples=0", "origin=ORD&limit=99999"]
    while len(made) < count:
        parts = {"origin": random_.choice(AIRPORTS), "resamples": random_.randint(1, 400), "limit": random_.randint(1, 400)}
        if random_.random() < 0.3:
            parts["destination"] = random_.choice(AIRPORTS)
        if random_.random() < 0.7:
            parts["seed"] = random_.getrandbits(32)
        if random_.random() < 0.5:
            parts["slack"] = random_.randint(-60, 120)
        made.append("&".join(f"{key}={value}" for key, value in parts.items()))
    return made


def assert_same_answers(port: int, count: int = 120) -> None:
    """Asks both routes; at least half of the answers must be results."""
    good = 0
    for question in questions(count):
        baseline = get(port, f"/risk/baseline?{question}")
        offload = get(port, f"/risk/offload?{question}")
        assert (offload.status, offload.body) == (baseline.status, baseline.body), question
        assert baseline.status in (200, 400, 404, 422), (question, baseline)
        good += baseline.status == 200
    assert good > count // 2


def assert_refused(response: Response, status: int) -> None:
    """An answer with that status and not a page of a server error."""
    assert response.status == status, (response.status, response.body[:2000])
