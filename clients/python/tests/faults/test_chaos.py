"""A short chaos run against each worker; `npm run chaos` is the long one."""

import chaos
import pytest

CYCLES = 10


@pytest.mark.parametrize("seed", [7])
def test_every_call_ends_and_none_is_lied_about(kind, artifact, seed):
    verdict = chaos.run(kind, artifact, CYCLES, seed)
    assert verdict.clean, verdict.summary()
    assert verdict.outcomes["ok/yes"] > 0 and verdict.outcomes["WORKER_LOST/maybe"] + verdict.outcomes["WORKER_NOT_RUNNING/no"] > 0, verdict.summary()
