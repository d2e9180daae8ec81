"""Exports that look at their own limits."""

from molt import Cancelled, Context, SoftLimitExceeded


def budgets(ctx: Context) -> list[float | None]:
    limits = ctx.limits
    memory = limits.memory.budget
    return [limits.wall.budget, limits.cpu.budget, None if memory is None else float(memory)]


def sums(ctx: Context) -> bool:
    """Whether the numbers of every reading belong together."""
    limits = ctx.limits
    for reading in (limits.wall, limits.cpu):
        budget = reading.budget
        remaining = reading.remaining
        if budget is None:
            if remaining is not None:
                return False
        elif remaining != budget - reading.used or not 0.0 <= reading.used <= budget:
            return False
    memory = limits.memory
    size = memory.budget
    if size is None:
        return memory.remaining is None and memory.used >= 0
    return memory.remaining == size - memory.used and 0 <= memory.used <= size


def grows(n: int, ctx: Context, step: int = 1) -> bool:
    """Whether what is used never goes down while work is done."""
    wall = ctx.limits.wall.used
    cpu = ctx.limits.cpu.used
    memory = ctx.limits.memory.used
    kept: list[list[int]] = []
    total = 0
    for i in range(0, n, step):
        kept.append([i, i + 1])
        total += sum(kept[-1])
        if i % 1000 == 0:
            limits = ctx.limits
            now = (limits.wall.used, limits.cpu.used, limits.memory.used)
            if now[0] < wall or now[1] < cpu or now[2] < memory:
                return False
            wall, cpu, memory = now
    return wall > 0.0 and total >= 0


def calm(ctx: Context) -> str:
    ctx.check()
    return f'{ctx.limits.soft_exceeded} {ctx.cancelled} {ctx.reason}'


def until_soft(ctx: Context) -> str:
    """Works until 80 % of a budget is used, then answers with what it has."""
    n = 0
    try:
        while True:
            n += 1
            ctx.check()
    except SoftLimitExceeded as error:
        return str(error)
    except Cancelled:
        return 'cancelled'


def fills(ctx: Context) -> str:
    """Takes memory until 80 % of it is used."""
    kept: list[list[int]] = []
    try:
        while True:
            kept.append([0] * 1000)
            ctx.check()
    except SoftLimitExceeded as error:
        return str(error)


def inner(ctx: 'Context | None' = None, *, scale: int = 2) -> int:
    return scale if ctx is None else -scale
