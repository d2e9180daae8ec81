# molt: intrinsics
# Tracebacks. While an exception travels, each frame it leaves appends a site id to the trace buffer; `caught` moves the
# buffer into the exception, `traceback_text` says what CPython 3.11 prints, `uncaught` prints it and answers the exit code of the program.
# A site's row gives file, function, line, columns and source line; innermost sites come first.

from molt.intrinsics import (
    CELL_SCRATCH, CELL_SITE_TABLE, CELL_TRACE_LEN, CELL_TYPE_TABLE, TRACE_BUFFER, addr, cast, i32, i64, inline, is_small, load_i32,
    load_ref, load_u8, memory_copy, noinline, raw_buffer, ref, shr_u, store_i32, type_id, val, word,
)

TRACE_MAX: i32 = 1792
SAME_LINES_SHOWN: i32 = 3
CHAIN_LIMIT: i32 = 100


def trace_append(site: i32) -> None:
    n = load_i32(CELL_TRACE_LEN)
    if n < TRACE_MAX:
        store_i32(TRACE_BUFFER + n * 4, site)
        store_i32(CELL_TRACE_LEN, n + 1)


# Moves the sites gathered since the raise behind those the exception has from earlier journeys.
@noinline
def caught(exc: ref) -> None:
    n = load_i32(CELL_TRACE_LEN)
    store_i32(CELL_SCRATCH, 0, REPR_DEPTH)
    if n == 0:
        return
    e = cast(BaseException, exc)
    old = e._trace
    before: i32 = 0
    if addr(old) != 0:
        before = load_i32(old, 4)
    store_i32(CELL_TRACE_LEN, 0)
    trace = raw_buffer(before + n * 4)
    if before:
        memory_copy(addr(trace) + 8, addr(old) + 8, before)
    memory_copy(addr(trace) + 8 + before, TRACE_BUFFER, n * 4)
    e._trace = trace


# Prints an exception that nobody caught; the exit code of the program.
@noinline
def uncaught(exc: BaseException) -> i32:
    caught(exc)
    flush_output()
    if isinstance(exc, SystemExit):
        return exit_code(exc.code)
    write_text(2, traceback_text(exc))
    return 1


def exit_code(code: val) -> i32:
    if code is None:
        return 0
    if isinstance(code, bool):
        return 1 if code else 0
    if isinstance(code, int):
        return i32(word(code)) if is_small(code) else -1
    write_text(2, str(code))
    write_text(2, '\n')
    return 1


def traceback_text(exc: BaseException) -> str:
    out = TextBuilder()
    put_exception(out, exc, 0)
    return out.take()


def put_exception(out: TextBuilder, exc: BaseException, depth: i32) -> None:
    if depth < CHAIN_LIMIT:
        cause = exc.__cause__
        if cause is not None:
            put_exception(out, cause, depth + 1)
            out.text('\nThe above exception was the direct cause of the following exception:\n\n')
        elif not exc.__suppress_context__:
            context = exc.__context__
            if context is not None:
                put_exception(out, context, depth + 1)
                out.text('\nDuring handling of the above exception, another exception occurred:\n\n')
    trace = exc._trace
    if addr(trace) != 0:
        out.text('Traceback (most recent call last):\n')
        put_sites(out, trace)
    text = str(exc)
    name = type_row_name(exc)
    if byte_len(text) != 0:
        out.text(name + ': ' + text + '\n')
    else:
        out.text(name + '\n')
    notes = exc.__notes__
    if notes is not None:
        for note in notes:
            out.text(note + '\n')


# The class name as the type table has it.
def type_row_name(r: ref) -> str:
    return cast(str, load_ref(load_i32(CELL_TYPE_TABLE) + type_id(r) * 16, 12))


# Outermost frame first; a line that repeats (deep recursion) is shown three times, then counted.
def put_sites(out: TextBuilder, trace: ref) -> None:
    k = shr_u(load_i32(trace, 4), 2)
    last: i32 = 0
    same: i32 = 0
    while k:
        k -= 1
        row = load_i32(CELL_SITE_TABLE) + load_i32(trace, 8 + k * 4) * 24
        if last != 0 and same_place(row, last):
            same += 1
        else:
            put_repeats(out, same)
            same = 1
        last = row
        if same <= SAME_LINES_SHOWN:
            put_site(out, row)
    put_repeats(out, same)


def same_place(a: i32, b: i32) -> bool:
    return load_i32(a, 8) == load_i32(b, 8) and load_i32(a) == load_i32(b) and load_i32(a, 4) == load_i32(b, 4)


def put_repeats(out: TextBuilder, same: i32) -> None:
    more = same - SAME_LINES_SHOWN
    if more > 0:
        out.text('  [Previous line repeated ' + i64_text(i64(more)) + (' more times]\n' if more > 1 else ' more time]\n'))


def put_site(out: TextBuilder, row: i32) -> None:
    file = cast(str, load_ref(row))
    func = cast(str, load_ref(row, 4))
    out.text('  File "' + file + '", line ' + i64_text(i64(load_i32(row, 8))) + ', in ' + func + '\n')
    line = cast(str, load_ref(row, 20))
    n = byte_len(line)
    start: i32 = 0
    while start < n and is_blank(load_u8(line, 16 + start)):
        start += 1
    while n > start and is_blank(load_u8(line, 15 + n)):
        n -= 1
    if n == start:
        return
    out.text('    ' + text_range(line, start, n) + '\n')
    low = load_i32(row, 12)
    high = load_i32(row, 16)
    if high <= low or high > n:
        high = n
    anchors = operator_anchors(line, low, high)
    # No marks when they would underline the whole line alike.
    if low < start or anchors == 0 and low == start and high >= n:
        return
    marks = '    ' + marks_of(line, start, low, ' ')
    if anchors == 0:
        marks = marks + marks_of(line, low, high, '^')
    else:
        left = i32(shr_u(anchors, 32))
        right = i32(anchors)
        marks = marks + marks_of(line, low, left, '~') + marks_of(line, left, right, '^') + marks_of(line, right, high, '~')
    out.text(marks + '\n')


# One mark for each character between two byte offsets of a line.
def marks_of(line: str, start: i32, end: i32, mark: str) -> str:
    return repeat_text(mark, int(count_points(addr(line) + 16 + start, addr(line) + 16 + end)))


# Where the operator of a binary operation, or the brackets of a subscript, stand in the marked part of a line:
# start << 32 | end, or 0 when the part is neither. CPython parses the part; here the loosest operator outside brackets and
# strings is found by a scan.
def operator_anchors(line: str, low: i32, high: i32) -> i64:
    at = low
    depth: i32 = 0
    open_at: i32 = 0
    found: i64 = 0
    loosest: i32 = 99
    operand: i32 = 0
    while at < high:
        c = load_u8(line, 16 + at)
        if c == 39 or c == 34:
            at = string_end(line, at, high)
            operand = 1
            continue
        if c == 40 or c == 91 or c == 123:
            if depth == 0:
                open_at = at if c == 91 and operand else 0
            depth += 1
        elif c == 41 or c == 93 or c == 125:
            depth -= 1
            operand = 1
        elif depth == 0:
            if c == 44 or c == 60 and load_u8(line, 17 + at) != 60 or c == 62 and load_u8(line, 17 + at) != 62 or c == 61 or c == 33 or c == 58:
                return 0
            level = operator_level(line, at)
            if level != 0:
                width: i32 = 2 if load_u8(line, 17 + at) == c and (c == 42 or c == 47 or c == 60 or c == 62) else 1
                # Powers group to the right, all else to the left; a sign is no binary operator.
                if operand and (level < loosest or level == loosest and level != 8):
                    loosest = level
                    found = i64(at) << 32 | i64(at + width)
                at += width
                operand = 0
                continue
            if c == 32:
                if operand and at + 1 < high and is_word_start(load_u8(line, 17 + at)):
                    return 0
            else:
                operand = 1
        at += 1
    if found == 0 and open_at != 0 and load_u8(line, 15 + high) == 93:
        return i64(open_at) << 32 | i64(high)
    return found


# A keyword operator (and, or, in, is, if) may begin with a letter.
@inline
def is_word_start(c: i32) -> bool:
    return c >= 97 and c <= 122


# Binding strength of an operator character: 1 | 2 ^ 3 & 4 shifts 5 sums 7 products 8 power.
def operator_level(line: str, at: i32) -> i32:
    c = load_u8(line, 16 + at)
    if c == 124:
        return 1
    if c == 94:
        return 2
    if c == 38:
        return 3
    if c == 60 or c == 62:
        return 4
    if c == 43 or c == 45:
        return 5
    if c == 42 and load_u8(line, 17 + at) == 42:
        return 8
    if c == 42 or c == 47 or c == 37 or c == 64:
        return 7
    return 0


# The offset behind a string literal (single-line, no triple quotes).
def string_end(line: str, at: i32, high: i32) -> i32:
    quote = load_u8(line, 16 + at)
    at += 1
    while at < high and load_u8(line, 16 + at) != quote:
        if load_u8(line, 16 + at) == 92:
            at += 1
        at += 1
    return at + 1


@inline
def is_blank(b: i32) -> bool:
    return b == 32 or b >= 9 and b <= 13
