# molt: intrinsics
# Start and end of a run, and program arguments.

from molt.intrinsics import CELL_TRACE_LEN, addr, host_arg, i32, raw_buffer, store_i32


def start() -> None:
    store_i32(CELL_TRACE_LEN, 0)


def finish() -> None:
    flush_output()


# One program argument, or None when there are no more.
def program_argument(index: i32) -> 'str | None':
    n = host_arg(index, 0, 0)
    if n < 0:
        return None
    buffer = raw_buffer(n)
    host_arg(index, addr(buffer) + 8, n)
    return text_of(addr(buffer) + 8, n)


# sys.argv.
def program_arguments() -> 'list[str]':
    found: list[str] = []
    index: i32 = 0
    while True:
        text = program_argument(index)
        if text is None:
            return found
        found.append(text)
        index += 1
