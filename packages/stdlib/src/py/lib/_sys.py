# molt: intrinsics
# What sys needs from the runtime: streams, exit, limits (sys.py has the names).

from molt.intrinsics import CELL_RECURSION_LIMIT, CELL_SCRATCH, i32, load_i32, store_i32, word


class OutputStream:
    _fd: i32

    def __init__(self, fd: i32) -> None:
        self._fd = fd

    def write(self, s: str) -> int:
        write_text(self._fd, s)
        return len(s)

    def writelines(self, lines) -> None:
        for line in lines:
            write_text(self._fd, line)

    def flush(self) -> None:
        if self._fd == 1:
            flush_output()

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return int(self._fd)


class InputStream:
    _value: str

    def __init__(self) -> None:
        self._value = ''

    def readline(self) -> str:
        return read_raw_line()

    def read(self) -> str:
        parts: list[str] = []
        while True:
            line = read_raw_line()
            if byte_len(line) == 0:
                return ''.join(parts)
            parts.append(line)

    def readlines(self) -> 'list[str]':
        lines: list[str] = []
        for line in self:
            lines.append(line)
        return lines

    def __iter__(self) -> 'InputStream':
        return self

    def _advance(self) -> bool:
        self._value = read_raw_line()
        return byte_len(self._value) != 0

    def __next__(self) -> str:
        if not self._advance():
            raise_stop_iteration()
        return self._value


def exit(status=None) -> None:
    raise SystemExit(status)


def getrecursionlimit() -> int:
    return int(load_i32(CELL_RECURSION_LIMIT))


def setrecursionlimit(limit: int) -> None:
    if limit < 1:
        raise ValueError('recursion limit must be greater or equal than 1')
    store_i32(CELL_RECURSION_LIMIT, i32(word(limit)))


def get_int_max_str_digits() -> int:
    return int(max_digits())


def set_int_max_str_digits(maxdigits: int) -> None:
    if maxdigits != 0 and maxdigits < 640:
        raise ValueError('maxdigits must be 0 or larger than 640')
    store_i32(CELL_SCRATCH, i32(word(maxdigits)) + 1, INT_DIGITS)


def intern(s: str) -> str:
    return s


def getsizeof(x) -> int:
    return 64


def arguments() -> 'list[str]':
    return program_arguments()
