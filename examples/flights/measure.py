"""Sends flight records through one road and reports, as JSON lines on stdout, how long each request took.

The roads: `python` calls the function as it is, `unix` sends it to a worker over a socket, `inproc` calls the compiled library in this process.
Every request is timed around the call, from Python objects to Python objects.
"""

import argparse
import hashlib
import json
import platform
import time
from typing import Callable

import flights


def road(options: argparse.Namespace) -> Callable[[list[flights.Flight]], flights.Report]:
    if options.road == 'python':
        return flights.analyse
    # The client is not loaded for the road that does not need it: its time would count there as start-up.
    from molt_accel import molt_offload

    return molt_offload(transport=options.road, socket=options.socket, artifact=options.artifact, deadline=30.0)(flights.analyse)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--road', choices=['python', 'unix', 'inproc'], required=True)
    parser.add_argument('--records', required=True)
    parser.add_argument('--per-request', type=int, required=True)
    parser.add_argument('--rounds', type=int, required=True)
    parser.add_argument('--socket')
    parser.add_argument('--artifact')
    options = parser.parse_args()

    with open(options.records, encoding='utf-8') as file:
        records = [flights.Flight(**record) for record in json.load(file)]
    requests = [records[at : at + options.per_request] for at in range(0, len(records), options.per_request)]
    analyse = road(options)
    analyse(requests[0])
    print(json.dumps({'event': 'first answer'}), flush=True)

    milliseconds: list[float] = []
    digests: list[str] = []
    for turn in range(options.rounds):
        for request in requests:
            start = time.perf_counter()
            report = analyse(request)
            milliseconds.append((time.perf_counter() - start) * 1000.0)
            if turn == 0:
                # repr tells ints from floats and shows every digit.
                digests.append(hashlib.sha256(repr(report).encode()).hexdigest())
    print(json.dumps({'event': 'done', 'milliseconds': milliseconds, 'digests': digests, 'python': platform.python_version()}), flush=True)


if __name__ == '__main__':
    main()
