# molt: intrinsics
# Buffered standard output. Bytes collect in one 8 KiB buffer and leave when it is full, at flush and at the end;
# standard error is written at once. A compiled print is print_begin, print_str for every piece, print_end.

from molt.intrinsics import CELL_SCRATCH, addr, host_write, i32, load_i32, memory_copy, raw_buffer, store_i32

OUT_CAPACITY: i32 = 8192


def flush_output() -> None:
    n = load_i32(CELL_SCRATCH, OUT_LENGTH)
    if n:
        store_i32(CELL_SCRATCH, 0, OUT_LENGTH)
        host_write(1, load_i32(CELL_SCRATCH, OUT_BUFFER) + 8, n)


# Makes sure the buffer exists. The descriptor is 1 or 2.
def print_begin(fd: i32) -> None:
    store_i32(CELL_SCRATCH, fd - 1, OUT_FD)


def print_str(s: str) -> None:
    write_text(load_i32(CELL_SCRATCH, OUT_FD) + 1, s)


def print_end(end: str, flush: bool) -> None:
    write_text(load_i32(CELL_SCRATCH, OUT_FD) + 1, end)
    if flush:
        flush_output()


def write_text(fd: i32, s: str) -> None:
    n = byte_len(s)
    if fd != 1:
        host_write(fd, addr(s) + 16, n)
        return
    if load_i32(CELL_SCRATCH, OUT_BUFFER) == 0:
        store_i32(CELL_SCRATCH, addr(raw_buffer(OUT_CAPACITY)), OUT_BUFFER)
    used = load_i32(CELL_SCRATCH, OUT_LENGTH)
    if used + n > OUT_CAPACITY:
        flush_output()
        used = 0
        if n > OUT_CAPACITY:
            host_write(1, addr(s) + 16, n)
            return
    memory_copy(load_i32(CELL_SCRATCH, OUT_BUFFER) + 8 + used, addr(s) + 16, n)
    store_i32(CELL_SCRATCH, used + n, OUT_LENGTH)
