# molt: what a call may know of its own limits. CPython runs the same code with the package `molt` of the distribution molt-accel.
# A reading (`ctx.limits.wall`) is taken once: its three numbers belong together.

import _molt

# From this share of any budget on, `soft_exceeded` holds and `check` raises.
SOFT_SHARE = 0.8


class Bound:
    """Metadata of `Annotated`: a bound of a schema, `Bound(1000)` or `Bound(min=0, max=9)`. Only the compiler reads it."""


class SoftLimitExceeded(Exception):
    """A call has used 80 % of a budget and looked: it may still answer with less."""


class Cancelled(BaseException):
    """Nobody waits for the call any more."""


class TimeReading:
    """Seconds of a budget; `budget` and `remaining` are None where there is no limit."""

    budget: 'float | None'
    used: float
    remaining: 'float | None'

    def __init__(self, budget, used):
        self.budget = budget
        self.used = used
        self.remaining = None if budget is None else budget - used


class MemoryReading:
    """Bytes of a budget; `budget` and `remaining` are None where there is no limit."""

    budget: 'int | None'
    used: int
    remaining: 'int | None'

    def __init__(self, budget, used):
        self.budget = budget
        self.used = used
        self.remaining = None if budget is None else budget - used


class Limits:
    """The limits of a call; each attribute is a fresh reading."""

    @property
    def wall(self):
        return TimeReading(_molt.wall_budget(), _molt.wall_used())

    @property
    def cpu(self):
        return TimeReading(_molt.cpu_budget(), _molt.cpu_used())

    @property
    def memory(self):
        return MemoryReading(_molt.memory_budget(), _molt.memory_used())

    @property
    def soft_exceeded(self):
        return _exceeded() is not None


class Context:
    """What the runtime hands to an export that takes it: `def f(rows: list[int], ctx: Context) -> int`."""

    def __init__(self):
        self.limits = Limits()

    @property
    def cancelled(self):
        return _molt.stop_word() != 0

    @property
    def reason(self):
        return _reason(_molt.stop_word())

    def check(self):
        """Raises Cancelled when nobody waits for the call, SoftLimitExceeded from 80 % of a budget on."""
        reason = self.reason
        if reason is not None:
            raise Cancelled(reason)
        name = _exceeded()
        if name is not None:
            raise SoftLimitExceeded(f'the call has used 80 % of its {name} budget')


def _soft(budget, used):
    return budget is not None and used >= SOFT_SHARE * budget


def _exceeded():
    # Budgets first: a clock that nothing limits is not read.
    wall = _molt.wall_budget()
    if wall is not None and _soft(wall, _molt.wall_used()):
        return 'wall'
    cpu = _molt.cpu_budget()
    if cpu is not None and _soft(cpu, _molt.cpu_used()):
        return 'cpu'
    memory = _molt.memory_budget()
    if memory is not None and _soft(memory, _molt.memory_used()):
        return 'memory'
    return None


def _reason(word):
    # The reasons of the ABI, by their numbers.
    if word == 0:
        return None
    if word == 2:
        return 'memory'
    if word == 4:
        return 'deadline'
    if word == 5:
        return 'cpu'
    if word == 7:
        return 'disconnect'
    if word == 9:
        return 'shutdown'
    return 'user'
