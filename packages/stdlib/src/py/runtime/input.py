# molt: intrinsics
# Buffered standard input: one 8 KiB buffer, refilled from the host.

from molt.intrinsics import CELL_SCRATCH, host_read, i32, load_i32, load_u8, raw_buffer, store_i32, store_ref

IN_CAPACITY: i32 = 8192


# Refills the buffer; False at the end of input.
def refill_input() -> bool:
    if load_i32(CELL_SCRATCH, IN_BUFFER) == 0:
        store_ref(CELL_SCRATCH, raw_buffer(IN_CAPACITY), IN_BUFFER)
    n = host_read(0, load_i32(CELL_SCRATCH, IN_BUFFER) + 8, IN_CAPACITY)
    store_i32(CELL_SCRATCH, 0, IN_START)
    store_i32(CELL_SCRATCH, n if n > 0 else 0, IN_END)
    return n > 0


# The next line with its line end; '' at the end of input.
def read_raw_line() -> str:
    line = ''
    while True:
        start = load_i32(CELL_SCRATCH, IN_START)
        end = load_i32(CELL_SCRATCH, IN_END)
        if start == end:
            if not refill_input():
                return line
            continue
        base = load_i32(CELL_SCRATCH, IN_BUFFER) + 8
        at = start
        while at < end and load_u8(base + at) != 10:
            at += 1
        done = at < end
        if done:
            at += 1
        store_i32(CELL_SCRATCH, at, IN_START)
        line = line + text_of(base + start, at - start)
        if done:
            return line


# The next line without its line end; None at the end of input.
def read_line() -> 'str | None':
    line = read_raw_line()
    n = byte_len(line)
    if n == 0:
        return None
    if load_u8(line, 15 + n) == 10:
        return text_range(line, 0, n - 1)
    return line
